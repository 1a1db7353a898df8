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
        let statement: (sql: String, arguments: DealListStatement.Arguments)
        switch caller.role {
        case .compliance:
            guard let tally = TallyScope(nil, by: caller) else { return [:] }
            statement = (
                "SELECT d.stage, SUM(d.deals) \(tally.sql) AND d.type = ? AND \(live) GROUP BY d.stage",
                tally.arguments + [type.rawValue]
            )
        case .management: statement = (blindedSQL, [type.rawValue])
        case .admin, .banker, .observer: return [:]
        }
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: statement.sql), arguments: StatementArguments(statement.arguments))
        return Dictionary(rows.map { row -> (String, Int) in (row[0], row[1]) }) { first, _ in first }
    }

    private static let live = "d.status IN ('active', 'on_hold')"

    static let blindedSQL = """
        SELECT d.stage, SUM(d.deals) FROM deal_tally d WHERE d.scope = x'' AND d.type = ? AND \(live) GROUP BY d.stage
        """
}
