import Contracts
import Foundation
import GRDB

extension DealFacts {
    /// - Parameter pipeline: of the deal; documents are looked for only as far as its rules ask.
    static func read(of deal: Deal, in pipeline: Pipeline, at now: Instant, in db: Database) throws -> DealFacts {
        let types = Set(pipeline.stages.flatMap(\.rules).flatMap { $0.documents ?? [] })
        let counterparties = try db.cachedStatement(sql: "SELECT COUNT(*) FROM counterparty WHERE deal_id = ?")
        let fees = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM fee
                    WHERE deal_id = ? AND removed_ms IS NULL AND status IN ('contracted', 'invoiced', 'paid'))
                """)
        return DealFacts(
            counterparties: try Int.fetchOne(counterparties, arguments: [deal.id]) ?? 0,
            openTasks: try TaskStore.openCount(of: deal.id, in: db),
            openCriticalTasks: try TaskStore.openCritical(of: deal.id, in: db).count,
            hasContractedFee: try Bool.fetchOne(fees, arguments: [deal.id]) ?? false,
            documents: try types.filter { try DocumentStore.has($0, deal: deal.id, in: db) },
            approvals: try ApprovalRows.given(of: deal.id, at: now, in: db))
    }
}
