import Contracts
import Foundation
import GRDB
import RPC

/// A report whose numbers are sums of facts: the deals behind a number are those whose own facts are in it.
protocol FactReport: ReportBuilder {
    /// Nil when the report has no such cell.
    static func filter(ofCell cell: String, _ inquiry: ReportInquiry) throws -> FactFilter?
}

extension FactReport {
    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        guard let filter = try filter(ofCell: cell, inquiry) else { throw RPCFault.unknownCell }
        return try FactDeals(filter: filter, asked: page, inquiry: inquiry).page()
    }
}

/// The deals of one number, in the order of their numbers. So many are looked at for one page that it never takes long;
/// where few are found among many, a page has few.
private struct FactDeals {
    static let stepDeals = 500
    static let lookedAtMax = 10_000

    let filter: FactFilter
    let asked: ReportPage
    let inquiry: ReportInquiry

    func page() throws -> ReportDealPage {
        let scope =
            inquiry.caller.role == .compliance
            ? DealScope(walkingAllFor: inquiry.caller) : try DealScope(inquiry.caller, in: inquiry.db)
        var (items, after, lookedAt) = ([ReportDeal](), asked.after, 0)
        while lookedAt < Self.lookedAtMax {
            let rows = try step(scope, after: after)
            for row in rows {
                guard items.count < asked.limit else {
                    return ReportDealPage(items: items, nextCursor: String(after))
                }
                after = row[1]
                if let deal = try counted(row) { items.append(deal) }
            }
            lookedAt += rows.count
            if rows.count < Self.stepDeals { return ReportDealPage(items: items, nextCursor: nil) }
        }
        return ReportDealPage(items: items, nextCursor: String(after))
    }

    private func step(_ scope: DealScope, after: Int64) throws -> [Row] {
        let types = filter.types.map { _ in "AND +d.type IN (SELECT value FROM json_each(?))" } ?? ""
        let sql = """
            SELECT d.id, d.number_order, \(DealStates.attributes) \(scope.sql) AND d.number_order > ? \(types)
            ORDER BY d.number_order LIMIT ?
            """
        let listed: DealScope.Arguments =
            try filter.types.map { types in
                [String(decoding: try JSONEncoder().encode(types.map(\.rawValue).sorted()), as: UTF8.self)]
            } ?? []
        let last: DealScope.Arguments = [after] + listed + [Self.stepDeals]
        return try Row.fetchAll(
            inquiry.db.makeStatement(sql: sql), arguments: StatementArguments(scope.arguments + last))
    }

    private func counted(_ row: Row) throws -> ReportDeal? {
        let story = try DealStates.story(row, from: 2, row[0], in: inquiry.db)
        let times = story.facts.reduce(0) { filter.holds($1.key) ? $0 + $1.value.count : $0 }
        guard times > 0, let deal = try DealRows.deal(row[0], in: inquiry.db) else { return nil }
        return ReportDeal(deal, times: times)
    }
}
