import Contracts
import Foundation
import GRDB
import RPC
import Storage

extension ApprovalStore {
    /// Requests of many deals that wait for an answer. Who may see which deal, and who may answer, is part of the one
    /// statement that also filters and pages.
    func open(_ request: OpenApprovalRequest, by caller: Caller) async throws -> OpenApprovalPage {
        try await store.read { db in
            guard let walk = OpenApprovalWalk(request, by: caller) else {
                return OpenApprovalPage(items: [], nextCursor: nil)
            }
            let rows = try Row.fetchAll(db.cachedStatement(sql: walk.sql), arguments: walk.arguments)
            let items = try rows.prefix(request.limit).map { row in
                OpenApproval(
                    dealId: row[0], dealNumber: row[1], dealCodeName: row[2],
                    approval: try ApprovalRows.approval(row, from: 3, at: caller.now, in: db))
            }
            // One row more than asked tells whether there is a next page.
            let last = rows.count > items.count ? items.last?.approval : nil
            return OpenApprovalPage(items: items, nextCursor: last.map { PageCursor($0.until, id: $0.id).text })
        }
    }
}

/// Compliance walks the open requests of the firm in their order; members walk those of their own deals and sort them. What
/// `Access` and the rules of `Approval` say of one stands in each.
private struct OpenApprovalWalk {
    let sql: String
    let arguments: StatementArguments

    /// - Returns: nil for roles that see no deals, or answer no requests.
    init?(_ request: OpenApprovalRequest, by caller: Caller) {
        var sql = "SELECT d.id, d.number, d.code_name, \(ApprovalRows.selected) "
        var arguments: [(any DatabaseValueConvertible)?] = [caller.id]
        switch caller.role {
        case .admin, .management: return nil
        case .observer where request.isMine: return nil
        case .banker, .observer:
            sql += Self.members
            if request.isMine { sql += Self.manages }
        case .compliance: sql += Self.all
        }
        sql += " AND d.deleted_ms IS NULL AND a.decision IS NULL AND a.until_ms > ? AND NOT \(ApprovalRows.isUsed)"
        arguments.append(caller.now.milliseconds)
        if request.isMine {
            sql += Self.isOfAnother
            arguments += [caller.id, caller.id] as [(any DatabaseValueConvertible)?]
        }
        sql += " AND (a.until_ms, a.id) > (?, ?) ORDER BY a.until_ms, a.id LIMIT ?"
        arguments +=
            [Int64(request.after.key), request.after.id, request.limit + 1]
            as [(any DatabaseValueConvertible)?]
        self.sql = sql
        self.arguments = StatementArguments(arguments)
    }

    // CROSS JOIN keeps the first table outside, whatever the planner guesses of the tables' sizes.
    private static let members = """
        FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id CROSS JOIN approval a ON a.deal_id = m.deal_id
        WHERE m.user_id = ? AND m.removed_ms IS NULL
        """
    private static let manages = """
         AND m.access = 'manage'
        AND CASE a.kind WHEN 'reopen' THEN \(leads) WHEN 'fairness_committee' THEN NOT \(leads) ELSE TRUE END
        """
    private static let leads = "(d.lead_user_id = m.user_id OR m.role = 'lead')"
    private static let all = """
        FROM approval a INDEXED BY approval_waiting CROSS JOIN deal d ON d.id = a.deal_id
        WHERE (d.confidentiality <> 'secret' OR EXISTS (
            SELECT 1 FROM team_member m WHERE m.deal_id = d.id AND m.user_id = ? AND m.removed_ms IS NULL))
        """
    private static let isOfAnother = """
         AND a.requested_by <> ? AND NOT EXISTS (
            SELECT 1 FROM approval_vote v WHERE v.approval_id = a.id AND v.user_id = ?)
        """
}
