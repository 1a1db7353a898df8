import Contracts
import Foundation
import GRDB

/// The deals behind a number, page by page in the order of their numbers.
enum ReportDealRows {
    /// Of the deals that a statement lists as `deal_id`, once for each time that they count, those that the caller sees.
    /// - Parameter condition: on the deal `d`.
    static func counted(
        _ sql: String, _ arguments: DealScope.Arguments, where condition: String = "TRUE", _ inquiry: ReportInquiry
    ) throws -> [UUID: Int] {
        let scope = DealScope(
            inquiry.caller, walking: "(\(sql)) x CROSS JOIN deal d ON d.id = x.deal_id", arguments)
        let rows = try Row.fetchCursor(
            inquiry.db.makeStatement(sql: "SELECT d.id, COUNT(*) \(scope.sql) AND \(condition) GROUP BY d.id"),
            arguments: StatementArguments(scope.arguments))
        var deals: [UUID: Int] = [:]
        while let row = try rows.next() { deals[row[0]] = row[1] }
        return deals
    }

    /// - Parameter deals: how often each is counted.
    static func page(_ deals: [UUID: Int], _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        let visible = try DealRows.visible(Set(deals.keys), to: inquiry.caller, in: inquiry.db).ids
        let order = try inquiry.db.cachedStatement(sql: "SELECT number_order FROM deal WHERE id = ?")
        let numbered = try visible.compactMap { id in
            try Int64.fetchOne(order, arguments: [id]).map { (order: $0, id: id) }
        }
        let rest = numbered.filter { $0.order > page.after }.sorted { $0.order < $1.order }
        let shown = rest.prefix(page.limit)
        let items = try shown.compactMap { place in
            try DealRows.deal(place.id, in: inquiry.db).map { ReportDeal($0, times: deals[place.id] ?? 1) }
        }
        let next = rest.count > shown.count ? shown.last.map { String($0.order) } : nil
        return ReportDealPage(items: items, nextCursor: next)
    }
}
