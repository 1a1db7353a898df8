import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

private let sellSide = "pipeline_id = (SELECT id FROM pipeline WHERE deal_type = 'sell_side_ma')"

struct PipelineSchemaTests {
    @Test(arguments: [
        "DELETE FROM pipeline", "DELETE FROM stage", "DELETE FROM pipeline_mark",
        "UPDATE pipeline SET name = 'x'", "UPDATE pipeline SET name = '', version = version + 1",
        "UPDATE pipeline SET id = randomblob(16), version = version + 1",
        "INSERT OR REPLACE INTO pipeline SELECT * FROM pipeline", "INSERT OR REPLACE INTO stage SELECT * FROM stage",
        "INSERT INTO pipeline_mark (id, mark) VALUES (2, 0)",
        "UPDATE stage SET key = 'x' WHERE key = 'pitch' AND \(sellSide)",
        "UPDATE stage SET probability = 101 WHERE key = 'pitch'",
        "UPDATE stage SET position = 0 WHERE key = 'pitch'",
        "UPDATE stage SET category = 'closed' WHERE key = 'pitch' AND \(sellSide)",
        "UPDATE stage SET category = 'other' WHERE key = 'pitch'",
        "UPDATE stage SET rules = '{}' WHERE key = 'pitch'", "UPDATE stage SET rules = 'none' WHERE key = 'pitch'",
        "UPDATE stage SET removed_ms = 1 WHERE key = 'pitch'",
        "UPDATE stage SET removed_ms = 1, replaced_by = 'pitch' WHERE key = 'pitch'",
        "UPDATE stage SET removed_ms = 1, replaced_by = 'nowhere' WHERE key = 'pitch'",
        "UPDATE stage SET removed_ms = 1, replaced_by = 'pitch' WHERE key = 'origination' AND \(sellSide)",
        "UPDATE stage SET removed_ms = NULL, replaced_by = NULL WHERE removed_ms IS NOT NULL",
        "UPDATE stage SET name = 'x' WHERE removed_ms IS NOT NULL",
        """
        INSERT INTO stage (pipeline_id, key, name, position, category, probability, rules)
        SELECT id, 'lost', 'Lost', 99, 'pitch', 0, '[]' FROM pipeline
        """,
        """
        INSERT INTO stage (pipeline_id, key, name, position, category, probability, rules)
        SELECT id, 'Pitch', 'Pitch', 99, 'pitch', 0, '[]' FROM pipeline
        """,
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            _ = try await desk.deal("Falcon", by: desk.person(.banker))
            _ = try await desk.edit(as: desk.person(.admin)) { $0.remove("preparation", to: "mandated") }
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    @Test(arguments: [
        (PipelineCountStore.blindedSQL, "USING PRIMARY KEY (scope=? AND type=?)"),
        (
            "SELECT id FROM deal WHERE type = ? AND stage = ? AND status IN ('active', 'on_hold')",
            "USING INDEX deal_by_stage (type=? AND stage=?)"
        ),
        (
            """
            UPDATE deal SET probability = ?1, version = version + 1
            WHERE type = ?2 AND stage = ?3 AND status IN ('active', 'on_hold')
                AND probability_source = 'stage' AND probability <> ?1
            """, "USING INDEX deal_by_stage (type=? AND stage=?)"
        ),
    ])
    func liveDealsOfAStageAreFoundByAnIndex(sql: String, step: String) async throws {
        try await Desk.with { desk in
            let count = sql.contains("?3") ? 3 : sql.filter { $0 == "?" }.count
            let plan = try await desk.store.read { db in
                try Row.fetchAll(
                    db, sql: "EXPLAIN QUERY PLAN \(sql)",
                    arguments: StatementArguments(Array(repeating: "x", count: count))
                ).map { $0["detail"] as String }
            }
            #expect(plan.contains { $0.contains(step) }, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.contains("SCAN") }, "\(plan)")
        }
    }
}
