import Contracts
import Foundation
import GRDB
import RPC
import Testing

@testable import deals

struct PipelineUpgradeTests {
    /// A deal in each stage of each type, in a file as it was before pipelines were kept in it.
    private static func old(_ body: (DatabaseQueue, [String: String]) throws -> Void) throws {
        let queue = try DatabaseQueue()
        try DealsSchema.migrator.migrate(queue, upTo: "deals 4 walls")
        var stages: [String: String] = [:]
        try queue.write { db in
            for type in DealType.allCases {
                for stage in Pipeline.builtIn(for: type).stages {
                    stages["\(type.rawValue) \(stage.key)"] = stage.key
                    try db.execute(
                        sql: """
                            INSERT INTO deal (id, number, number_order, code_name, code_key, search_key, type, stage,
                                status, client_name, probability, probability_source, confidentiality, conflict_status,
                                lead_user_id, originated_on, closed_on, stage_entered_on, version, created_ms, updated_ms)
                            VALUES (randomblob(16), ?, ?, ?, ?, ?, ?, ?, ?, 'Aurora', ?, 'stage', 'confidential',
                                'cleared', randomblob(16), '2026-01-02', '2026-05-01', '2026-01-02', 3, 0, 0)
                            """,
                        arguments: [
                            "D-2026-\(1000 + stages.count)", stages.count, "\(type.rawValue) \(stage.key)",
                            "code \(stages.count)", "code", type.rawValue, stage.key,
                            stage.category == .closed ? "won" : "active", stage.probability,
                        ])
                }
            }
        }
        try body(queue, stages)
    }

    @Test func dealsKeepTheirStagesAndEachStandsInItsPipeline() throws {
        try Self.old { queue, stages in
            try DealsSchema.migrator.migrate(queue)
            try queue.read { db in
                let pipelines = try PipelineStore().all(in: db)
                #expect(Set(pipelines.keys) == Set(DealType.allCases))
                for type in DealType.allCases { #expect(pipelines[type]?.pipeline == .builtIn(for: type)) }
                let rows = try Row.fetchAll(db, sql: "SELECT code_name, type, stage, version, probability FROM deal")
                #expect(rows.count == stages.count)
                for row in rows {
                    let type: DealType = try row.choice(1)
                    #expect(stages[row[0]] == row[2] && row[3] == 3)
                    #expect(pipelines[type]?.pipeline.stage(row[2])?.probability == row[4])
                }
            }
        }
    }

    @Test func allMigrationsCanBeTakenOneByOne() throws {
        try Self.old { queue, _ in
            let migrator = DealsSchema.migrator
            let later = migrator.migrations.drop { $0 != "deals 4 walls" }
            for name in later { try migrator.migrate(queue, upTo: name) }
            #expect(try queue.read { try migrator.hasCompletedMigrations($0) })
        }
    }
}
