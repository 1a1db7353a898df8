import Contracts
import Foundation
import GRDB

extension DealFacts {
    /// - Parameter pipeline: of the deal; documents and lists are looked at only as far as its rules ask.
    static func read(of deal: Deal, in pipeline: Pipeline, at now: Instant, in db: Database) throws -> DealFacts {
        let asksForClearance =
            [.cleared, .clearedWithConditions].contains(deal.conflictStatus)
            && pipeline.stages.contains { $0.rules.contains { $0.kind == .conflictCleared } }
        let types = Set(pipeline.stages.flatMap(\.rules).flatMap { $0.documents ?? [] })
        let asksForSteps = pipeline.stages.flatMap(\.rules).contains { $0.step != nil }
        let fees = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM fee
                    WHERE deal_id = ? AND removed_ms IS NULL AND status IN ('contracted', 'invoiced', 'paid'))
                """)
        return DealFacts(
            counterparties: try CounterpartyRows.count(of: deal.id, in: db),
            reached: asksForSteps ? try FunnelStore.reached(of: deal.id, in: db) : [:],
            openTasks: try TaskStore.openCount(of: deal.id, in: db),
            openCriticalTasks: try TaskStore.openCritical(of: deal.id, in: db).count,
            hasContractedFee: try Bool.fetchOne(fees, arguments: [deal.id]) ?? false,
            documents: try types.filter { try DocumentStore.has($0, deal: deal.id, in: db) },
            approvals: try ApprovalRows.given(of: deal.id, at: now, in: db),
            isRestricted: try asksForClearance && Restrictions.holds(deal, on: now.day, in: db))
    }
}
