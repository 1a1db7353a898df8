import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// A checked question for a page of the tails that run.
struct LiveTailRequest: Sendable {
    static let days = 0...3660

    let limit: Int
    /// No tail that ends later; nil for any.
    let until: BusinessDate?
    let after: PageCursor

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: TailQuery, today: BusinessDate) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        if let days = query.endsWithin, !Self.days.contains(days) {
            let message = "must be \(Self.days.lowerBound) to \(Self.days.upperBound)"
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.",
                errors: [FieldFault("endsWithin", "out_of_range", message)])
        }
        until = query.endsWithin.map { today.adding(days: $0) }
        guard let text = query.cursor else {
            after = PageCursor(key: "", id: UUID())
            return
        }
        after = try PageCursor(text)
        guard BusinessDate(text: after.key) != nil else { throw .cursorInvalid }
    }
}

/// The tails that run, over many deals. Who may see which deal is part of the one statement that also filters and pages.
struct LiveTailStore: Sendable {
    let store: Store

    func page(_ request: LiveTailRequest, by caller: Caller) async throws -> LiveTailPage {
        try await store.read { db in
            let (from, arguments) = try Self.walk(by: caller, in: db)
            let sql = """
                SELECT d.id, d.number, d.code_name, d.status, t.months, t.starts_on, t.ends_on,
                    (SELECT COUNT(*) FROM deal_tail_counterparty c WHERE c.deal_id = t.deal_id)
                \(from) AND t.removed_ms IS NULL AND t.starts_on <= ? AND t.ends_on BETWEEN ? AND ?
                    AND (t.ends_on, t.deal_id) > (?, ?)
                ORDER BY t.ends_on, t.deal_id LIMIT ?
                """
            let today = caller.today.text
            let place: DealScope.Arguments = [
                today, today, request.until?.text ?? "9999-12-31", request.after.key, request.after.id,
                request.limit + 1,
            ]
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: sql), arguments: StatementArguments(arguments + place))
            let items = try rows.prefix(request.limit).map(Self.item)
            // One row more than asked tells whether there is a next page.
            let last = rows.count > items.count ? items.last : nil
            return LiveTailPage(
                items: items, nextCursor: last.map { PageCursor(key: $0.endsOn.text, id: $0.dealId).text })
        }
    }

    /// Who sees few deals walks his own and looks for the tail of each; who sees many walks the tails in their order.
    private static func walk(by caller: Caller, in db: Database) throws -> (String, DealScope.Arguments) {
        if try caller.role == .compliance || DealScope.breadth(of: caller, in: db) != nil {
            let tails = "deal_tail t INDEXED BY deal_tail_live CROSS JOIN deal d ON d.id = t.deal_id"
            let scope = DealScope(caller, walking: tails)
            return (scope.sql, scope.arguments)
        }
        let scope = try DealScope(caller, in: db)
        let own = """
            FROM (SELECT d.id, d.number, d.code_name, d.status \(scope.sql)) d
            CROSS JOIN deal_tail t ON t.deal_id = d.id WHERE TRUE
            """
        return (own, scope.arguments)
    }

    private static func item(_ row: Row) throws -> LiveTail {
        let named: Int = row[7]
        return LiveTail(
            dealId: row[0], dealNumber: row[1], dealCodeName: row[2], status: try row.choice(3), months: row[4],
            startsOn: try row.day(5), endsOn: try row.day(6), counterparties: named == 0 ? nil : named)
    }
}
