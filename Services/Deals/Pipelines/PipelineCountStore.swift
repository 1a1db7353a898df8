import Contracts
import GRDB
import RPC
import Storage

/// Counts the live deals of a pipeline's stages, for those who may see totals.
struct PipelineCountStore: Sendable {
    /// Management is told of no fewer: a count of one or two would tell who of those that one knows of has a deal there.
    static let toldMin = 3

    let store: Store
    let pipelines: PipelineStore

    func counts(_ reference: PipelineReference, for caller: Caller) async throws -> PipelineCounts {
        try await store.read { db in
            let found = try reference.find(in: pipelines.all(in: db))
            let counts = try Self.counts(of: found.type, for: caller, in: db)
            return PipelineCounts(
                items: found.pipeline.stages.map { stage in
                    let count = counts[stage.key] ?? 0
                    let isTold = caller.role == .compliance || count >= Self.toldMin
                    return StageCount(stage: stage.key, liveDeals: isTold ? count : nil)
                })
        }
    }

    /// Compliance counts what it may see, management all that is not secret.
    private static func counts(of type: DealType, for caller: Caller, in db: Database) throws -> [String: Int] {
        let rows: [Row]
        switch caller.role {
        case .compliance:
            let scope = try DealScope(caller, in: db)
            let statement = try db.cachedStatement(
                sql: """
                    SELECT d.stage, COUNT(*) \(scope.sql) AND d.type = ? AND d.status IN ('active', 'on_hold')
                    GROUP BY d.stage
                    """)
            rows = try Row.fetchAll(
                statement, arguments: StatementArguments(scope.arguments + [type.rawValue]))
        case .management:
            rows = try Row.fetchAll(db.cachedStatement(sql: blindedSQL), arguments: [type.rawValue])
        case .admin, .banker, .observer:
            rows = []
        }
        return Dictionary(rows.map { row -> (String, Int) in (row[0], row[1]) }) { first, _ in first }
    }

    static let blindedSQL = """
        SELECT stage, COUNT(*) FROM deal
        WHERE type = ? AND status IN ('active', 'on_hold') AND confidentiality <> 'secret' AND deleted_ms IS NULL
        GROUP BY stage
        """
}
