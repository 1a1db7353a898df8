import Contracts
import Foundation
import GRDB
import RPC

/// Fees by the month in which they should come, as they stood at the end of the last day, and what slipped since the first.
/// Amounts of different currencies are told apart, each with its own row.
enum ForecastReport: ReportBuilder {
    static let name = ReportName.forecast
    static let parameters = ReportParameters(
        period: .week, groupings: [.month, .quarter, .lead, .type, .sector, .stage], ofType: .none)

    /// Of one answer.
    static let rowsMax = 1000

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let forecast = try Forecast(inquiry)
        let table = try ForecastTable(forecast, inquiry)
        guard table.rows.count <= rowsMax else {
            throw RPCFault(
                .failedPrecondition, "report_too_large", "A report has at most \(rowsMax) rows; group by month.")
        }
        return table.report(inquiry)
    }

    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        guard let cell = ForecastCell(cell) else { throw RPCFault.unknownCell }
        let forecast = try Forecast(inquiry)
        return try ReportDealRows.page(forecast.deals(of: cell, inquiry), page, inquiry)
    }
}

/// A column of a forecast that tells of deals.
enum ForecastColumn: Sendable, Hashable {
    case status(FeeStatus)
    case slippage(ForecastSlippage.Kind)

    init?(_ text: String) {
        if let status = FeeStatus(rawValue: text) {
            self = .status(status)
        } else if let kind = ForecastSlippage.Kind(rawValue: text) {
            self = .slippage(kind)
        } else {
            return nil
        }
    }

    var text: String {
        switch self {
        case .status(let status): status.rawValue
        case .slippage(let kind): kind.rawValue
        }
    }
}

/// `planned:USD:2026-11`
struct ForecastCell: Sendable, Hashable {
    let column: ForecastColumn
    let currency: String
    let row: String

    init(_ column: ForecastColumn, of row: ForecastRow) {
        (self.column, currency, self.row) = (column, row.currency, row.name.text)
    }

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let column = ForecastColumn(String(parts[0])) else { return nil }
        (self.column, currency, row) = (column, String(parts[1]), String(parts[2]))
    }

    var text: String { "\(column.text):\(currency):\(row)" }
}

/// What a forecast says, in one reading transaction.
struct Forecast {
    let names: ForecastRowNames
    let figures: ForecastFigures
    let slippage: ForecastSlippage
    private let source: ForecastSource
    private let end: [UUID: (then: ForecastDeal, now: ForecastDeal)]
    private let slipped: [(then: ForecastDeal, now: ForecastDeal)]

    init(_ inquiry: ReportInquiry) throws {
        let (request, caller) = (inquiry.request, inquiry.caller)
        let days = request.period ?? caller.today...caller.today
        let grouping = request.groupBy ?? .month
        names = ForecastRowNames(grouping, around: days.upperBound)
        source = ForecastSource(db: inquiry.db, caller: caller)
        end = days.upperBound < caller.today ? try source.changed(since: days.upperBound.adding(days: 1).start) : [:]
        var figures = try source.current(by: grouping)
        for deal in end.values { figures.undo(from: deal.now, to: deal.then, by: grouping) }
        self.figures = figures
        var slippage = ForecastSlippage()
        var slipped: [(then: ForecastDeal, now: ForecastDeal)] = []
        // Of a single deal's way nothing can be blinded.
        if !request.isBlinded {
            for (id, deal) in try source.changed(since: days.lowerBound.start) {
                let moved = (then: deal.then, now: end[id]?.then ?? deal.now)
                slippage.add(moved.then, moved.now, names)
                slipped.append(moved)
            }
        }
        (self.slippage, self.slipped) = (slippage, slipped)
    }

    /// How often each deal is counted in a cell.
    func deals(of cell: ForecastCell, _ inquiry: ReportInquiry) throws -> [UUID: Int] {
        switch cell.column {
        case .slippage(let kind):
            var deals: [UUID: Int] = [:]
            for (then, now) in slipped {
                let parts = ForecastSlippage.parts(then, now, names).filter {
                    $0.key.kind == kind && isOf(cell, $0.key.row)
                }
                if !parts.isEmpty { deals[now.id] = parts.count }
            }
            return deals
        case .status(let status):
            var deals: [UUID: Int] = [:]
            for (deal, count) in try source.deals(in: cell, status, names) where end[deal] == nil {
                deals[deal] = count
            }
            for deal in end.values {
                let count = deal.then.places.values.count { place in
                    place.status == status
                        && isOf(
                            cell,
                            ForecastRow(
                                name: names.name(deal.then.member(of: names.grouping), place.month),
                                currency: place.currency))
                }
                if count > 0 { deals[deal.now.id] = count }
            }
            return deals
        }
    }

    private func isOf(_ cell: ForecastCell, _ row: ForecastRow) -> Bool {
        row.currency == cell.currency && row.name.text == cell.row
    }
}

extension ForecastSource {
    /// How many fees of each visible deal are in a cell now. Walks the deals that the caller sees.
    func deals(
        in cell: ForecastCell, _ status: FeeStatus, _ names: ForecastRowNames
    ) throws -> [UUID: Int] {
        let scope = try DealScope(caller, in: db)
        let rows = try Row.fetchCursor(
            db.makeStatement(
                sql: """
                    SELECT d.id, d.lead_user_id, d.type, d.sector, f.month, d.stage FROM (SELECT d.id AS deal_id \(scope.sql)) x
                    CROSS JOIN fee_forecast f ON f.deal_id = x.deal_id CROSS JOIN deal d ON d.id = x.deal_id
                    WHERE f.status = ? AND f.currency = ?
                    """), arguments: StatementArguments(scope.arguments + [status.rawValue, cell.currency]))
        var deals: [UUID: Int] = [:]
        while let row = try rows.next() {
            let (id, lead): (UUID, UUID) = (row[0], row[1])
            let deal = ForecastDeal(
                id: id, lead: lead.text, type: row[2], sector: row[3] ?? "", stage: row[5], places: [:])
            if names.name(deal.member(of: names.grouping), row[4]).text == cell.row { deals[id, default: 0] += 1 }
        }
        return deals
    }
}

extension BusinessDate {
    /// Its first instant in UTC.
    var start: Instant { Instant(milliseconds: Int64(daysSince1970) * 86_400_000) }
}
