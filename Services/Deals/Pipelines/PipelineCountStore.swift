import Contracts
import GRDB
import RPC
import Storage

/// Counts the live deals of a pipeline's stages, for those who may see totals.
struct PipelineCountStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    func counts(_ reference: PipelineReference, for caller: Caller) async throws -> PipelineCounts {
        try await store.read { db in
            let found = try reference.find(in: pipelines.all(in: db))
            let counts = try Self.counts(of: found.type, for: caller, in: db)
            let all = found.pipeline.stages.map { counts[$0.key] ?? 0 }
            // Management is told no more than by the totals, or one of them would tell what the other withholds.
            let told = caller.role == .compliance ? all : BlindRow(all).cells
            return PipelineCounts(
                items: zip(found.pipeline.stages, told).map { StageCount(stage: $0.key, liveDeals: $1) })
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
