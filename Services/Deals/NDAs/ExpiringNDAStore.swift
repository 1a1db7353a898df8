import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The executed NDAs of many deals that expire soon. Who may see which deal is part of the one statement that also filters
/// and pages.
struct ExpiringNDAStore: Sendable {
    let store: Store

    func page(_ request: ExpiringNDARequest, by caller: Caller) async throws -> ExpiringNDAPage {
        try await store.read { db in
            let (sql, scope) = try Self.walk(by: caller, in: db)
            let arguments: [(any DatabaseValueConvertible)?] = [
                request.days.lowerBound.text, request.days.upperBound.text, request.after.key, request.after.id,
                request.limit + 1,
            ]
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: sql), arguments: StatementArguments(scope + arguments))
            let items = try rows.prefix(request.limit).map { row in
                ExpiringNDA(
                    dealId: row[0], dealNumber: row[1], dealCodeName: row[2], nda: try NDARows.nda(row, from: 3))
            }
            // One row more than asked tells whether there is a next page.
            let last = rows.count > items.count ? items.last?.nda : nil
            return ExpiringNDAPage(
                items: items,
                nextCursor: last.flatMap { nda in
                    nda.expiresOn.map { PageCursor(key: $0.text, id: nda.id).text }
                })
        }
    }

    /// Compliance, which sees most deals of the firm, walks the days; others walk their own deals: that costs by the number
    /// of those alone.
    private static func walk(
        by caller: Caller, in db: Database
    ) throws -> (sql: String, arguments: DealScope.Arguments) {
        let isByDay = caller.role == .compliance
        let scope =
            isByDay
            ? DealScope(caller, walking: "nda n INDEXED BY nda_expiring CROSS JOIN deal d ON d.id = n.deal_id")
            : try DealScope(caller, in: db)
        let tables =
            isByDay
            ? "FROM (SELECT d.id, d.number, d.code_name, n.id AS nda_id \(scope.sql) AND \(asked)) d "
                + "CROSS JOIN nda n ON n.id = d.nda_id CROSS JOIN counterparty c ON c.id = n.counterparty_id"
            : "FROM (SELECT d.id, d.number, d.code_name \(scope.sql)) d "
                + "CROSS JOIN nda n INDEXED BY nda_expiring_of_deal ON n.deal_id = d.id AND \(asked) "
                + "CROSS JOIN counterparty c ON c.id = n.counterparty_id"
        return (
            "SELECT d.id, d.number, d.code_name, \(NDARows.selected) \(tables) ORDER BY n.expires_on, n.id LIMIT ?",
            scope.arguments
        )
    }

    private static let asked = """
        n.status = 'executed' AND n.expires_on IS NOT NULL AND n.expires_on BETWEEN ? AND ?
            AND (n.expires_on, n.id) > (?, ?)
        """
}
