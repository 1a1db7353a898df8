import Contracts
import Foundation
import GRDB
import RPC

/// Credit for league tables: deals announced, and deals completed, in the period, with their whole value to each adviser and
/// shared by all of them. Opinions earn none. By deal it is the list of tombstones.
enum LeagueReport: ReportBuilder {
    static let name = ReportName.league
    static let parameters = ReportParameters(
        period: .year, groupings: [.product, .type, .sector, .country, .deal])

    static let rowsMax = 1000

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let deals = try LeagueSource(inquiry).deals()
        let converter = try inquiry.converter()
        var report = Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound, asOf: request.asOf,
            currency: request.currency?.code, groupBy: request.groupBy, type: request.type, columns: [], rows: [],
            generatedAt: inquiry.caller.now)
        if request.groupBy == .deal {
            (report.columns, report.rows) = LeagueTombstones.table(deals, converter, request)
        } else {
            let table = LeagueTable(deals, by: request.groupBy ?? .product, isBlinded: request.isBlinded)
            (report.columns, report.rows) = table.told(converter, request)
        }
        guard report.rows.count <= rowsMax else {
            throw RPCFault(
                .failedPrecondition, "report_too_large", "A report has at most \(rowsMax) rows; ask for fewer days.")
        }
        return report.counted()
    }

    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        let deals = try LeagueSource(inquiry).deals()
        let found: [LeagueDeal]
        if let row = LeagueRow(cell) {
            found = deals.filter { $0.counts(in: row, by: inquiry.request.groupBy ?? .product) }
        } else if cell.hasPrefix("deal:") {
            found = deals.filter { "deal:\($0.number)" == cell }
        } else {
            throw RPCFault.unknownCell
        }
        return try ReportDealRows.page(
            Dictionary(found.map { ($0.id, 1) }) { first, _ in first }, page, inquiry)
    }
}

/// The deals of a period that the caller sees; of management all that are not secret.
struct LeagueSource {
    private let inquiry: ReportInquiry

    init(_ inquiry: ReportInquiry) { self.inquiry = inquiry }

    func deals() throws -> [LeagueDeal] {
        let days = inquiry.request.period ?? inquiry.caller.today...inquiry.caller.today
        let announced = try fetch("d.announced_on BETWEEN ? AND ?", days)
        let completed = try fetch("d.closed_on BETWEEN ? AND ? AND d.status = 'won'", days)
        var deals = Dictionary(uniqueKeysWithValues: announced.map { ($0.id, $0) })
        for deal in completed { deals[deal.id] = deal }
        return try deals.values.map { deal in
            var deal = deal
            deal.isAnnounced = deal.announcedOn.map(days.contains) ?? false
            deal.isCompleted = deal.isWon && (deal.closedOn.map(days.contains) ?? false)
            // Management is told of our own credit alone: who else advises on a deal would tell of the deal.
            deal.others = inquiry.request.isBlinded ? [] : try others(on: deal.id)
            return deal
        }.sorted { $0.order < $1.order }
    }

    private func fetch(_ condition: String, _ days: ClosedRange<BusinessDate>) throws -> [LeagueDeal] {
        let (sql, seen): (String, DealScope.Arguments)
        if inquiry.request.isBlinded {
            (sql, seen) = ("FROM deal d WHERE d.deleted_ms IS NULL AND d.confidentiality <> 'secret'", [])
        } else {
            let scope = try DealScope(inquiry.caller, in: inquiry.db)
            (sql, seen) = (scope.sql, scope.arguments)
        }
        let type = inquiry.request.type.map { _ in "AND d.type = ?" } ?? ""
        let arguments =
            seen + [days.lowerBound.text, days.upperBound.text]
            + (inquiry.request.type.map { [$0.rawValue] as DealScope.Arguments } ?? [])
        let rows = try Row.fetchCursor(
            inquiry.db.makeStatement(
                sql: """
                    SELECT d.id, d.number, d.number_order, d.code_name, d.type, d.sector, d.country, d.status,
                        d.announced_on, d.closed_on, d.value_minor, d.value_currency, d.enterprise_value_minor,
                        d.enterprise_value_currency
                    \(sql) AND \(condition) \(type) AND d.type <> 'fairness_opinion'
                    """), arguments: StatementArguments(arguments))
        var deals: [LeagueDeal] = []
        while let row = try rows.next() {
            let type: DealType = try row.choice(4)
            let status: DealStatus = try row.choice(7)
            deals.append(
                LeagueDeal(
                    id: row[0], number: row[1], order: row[2], codeName: row[3], type: type, sector: row[5] ?? "",
                    country: row[6] ?? "", isWon: status == .won, announcedOn: try row.optionalDay(8),
                    closedOn: try row.optionalDay(9),
                    value: LeagueCredit.rankValue(
                        type: type, value: try row.money(minor: 10, currency: 11),
                        enterpriseValue: try row.money(minor: 12, currency: 13))))
        }
        return deals
    }

    /// Each organization once, in the order in which they were added.
    private func others(on deal: UUID) throws -> [LeagueAdviser] {
        let roles = LeagueCredit.advisers.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let statement = try inquiry.db.cachedStatement(
            sql: """
                SELECT o.id, o.name FROM deal_party p JOIN organization o ON o.id = p.organization_id
                WHERE p.deal_id = ? AND p.removed_ms IS NULL AND p.role IN (\(roles))
                GROUP BY o.id ORDER BY min(p.position)
                """)
        return try Row.fetchAll(statement, arguments: [deal]).map { LeagueAdviser(id: $0[0], name: $0[1]) }
    }
}
