import Contracts
import Foundation
import GRDB

/// The tables `pipeline` and `stage`, row by row.
enum PipelineRows {
    static func all(in db: Database) throws -> [DealType: StoredPipeline] {
        let stages = try Row.fetchAll(
            db,
            sql: """
                SELECT pipeline_id, key, name, category, probability, stale_after_days, requirement_text, wip_hint,
                    rules, replaced_by, removed_ms
                FROM stage ORDER BY pipeline_id, removed_ms, abs(position)
                """)
        let byPipeline = Dictionary(grouping: stages) { row -> UUID in row[0] }
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, deal_type, name, version, updated_ms, updated_by FROM pipeline")
        let pipelines = try rows.map { row in try pipeline(row, stages: byPipeline[row[0]] ?? []) }
        return Dictionary(pipelines.map { ($0.type, $0) }) { first, _ in first }
    }

    /// Writes a changed pipeline over the one that stood there; live deals must have left the stages that go.
    static func replace(_ before: StoredPipeline, by after: StoredPipeline, in db: Database) throws {
        try db.cachedStatement(
            sql:
                "UPDATE pipeline SET name = ?, version = ?, updated_ms = ?, updated_by = ? WHERE id = ? AND version = ?"
        ).execute(arguments: [
            after.name, after.version, after.updatedAt.milliseconds, after.updatedBy, after.id, before.version,
        ])
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        for stage in after.pipeline.removed.dropFirst(before.pipeline.removed.count) {
            try remove(stage, from: after.id, in: db)
        }
    }

    /// Before those that go are taken out, so that their deals can come here.
    static func place(_ stages: [Stage], of before: StoredPipeline, in db: Database) throws {
        // Out of the way: no two stages may stand in one place, not even for a moment.
        try db.cachedStatement(
            sql: "UPDATE stage SET position = -1 - position WHERE pipeline_id = ? AND removed_ms IS NULL"
        ).execute(arguments: [before.id])
        for (position, stage) in stages.enumerated() {
            let isNew = before.pipeline.stage(stage.key) == nil
            let values: [(any DatabaseValueConvertible)?] = [
                stage.name, position, stage.category.rawValue, stage.probability, stage.staleAfterDays,
                stage.requirementText, stage.wipHint, try text(of: stage.rules), before.id, stage.key,
            ]
            try db.cachedStatement(sql: isNew ? insertSQL : updateSQL).execute(arguments: StatementArguments(values))
        }
    }

    private static let insertSQL = """
        INSERT INTO stage (name, position, category, probability, stale_after_days, requirement_text, wip_hint, rules,
            pipeline_id, key)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let updateSQL = """
        UPDATE stage SET name = ?, position = ?, category = ?, probability = ?, stale_after_days = ?,
            requirement_text = ?, wip_hint = ?, rules = ?
        WHERE pipeline_id = ? AND key = ?
        """

    private static func remove(_ stage: RemovedStage, from pipeline: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: "UPDATE stage SET removed_ms = ?, replaced_by = ? WHERE pipeline_id = ? AND key = ?"
        )
        .execute(arguments: [stage.removedAt.milliseconds, stage.replacedBy, pipeline, stage.key])
    }

    private static func pipeline(_ row: Row, stages rows: [Row]) throws -> StoredPipeline {
        let living = try rows.filter { $0.hasNull(atIndex: 10) }.map(stage)
        let removed = rows.filter { !$0.hasNull(atIndex: 10) }.map { row in
            RemovedStage(
                key: row[1], name: row[2], replacedBy: row[9], removedAt: Instant(milliseconds: row[10]))
        }
        guard let pipeline = Pipeline(living, removed: removed) else { throw StoredValueFault(column: "position") }
        return StoredPipeline(
            id: row[0], type: try row.choice(1), name: row[2], pipeline: pipeline, version: row[3],
            updatedAt: Instant(milliseconds: row[4]), updatedBy: row[5])
    }

    private static func stage(_ row: Row) throws -> Stage {
        var stage = Stage(row[1], row[2], try row.choice(3), row[4])
        (stage.staleAfterDays, stage.requirementText, stage.wipHint) = (row[5], row[6], row[7])
        let rules: String = row[8]
        stage.rules = try JSONDecoder().decode([StageRule].self, from: Data(rules.utf8))
        return stage
    }

    static func text(of rules: [StageRule]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rules), as: UTF8.self)
    }
}
