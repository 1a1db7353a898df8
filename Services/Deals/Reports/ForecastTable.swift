import Contracts
import Foundation

/// A forecast as the table that people read.
struct ForecastTable {
    private static let statuses: [(status: FeeStatus, title: String)] = [
        (.contracted, "Contracted"), (.invoiced, "Invoiced"), (.paid, "Actual"), (.waived, "Waived"),
    ]
    private static let kinds: [(kind: ForecastSlippage.Kind, title: String)] = [
        (.movedOut, "Moved out"), (.movedIn, "Moved in"), (.fellAway, "Fell away"), (.added, "Added"),
        (.revalued, "Revalued"), (.earned, "Earned"),
    ]
    /// Those that are also told in one currency.
    private static let converted: [(status: FeeStatus, title: String)] = [
        (.planned, "Weighted"), (.contracted, "Contracted"), (.invoiced, "Invoiced"), (.paid, "Actual"),
    ]

    let rows: [ForecastRow]
    private let sums: [ForecastRow: [FeeStatus: ForecastFigures.Sum]]
    private let slippage: ForecastSlippage
    private let converter: CurrencyConverter?
    private let isBlinded: Bool
    /// By their ids; nil when rows are no leads.
    private let leads: [String: String]?
    /// Of management, by status: the rows of which something is told.
    private var told: [FeeStatus: Set<ForecastRow>] = [:]

    /// Of management, rows of which nothing is told are not there: that there is such a row would tell of a deal.
    init(_ forecast: Forecast, _ inquiry: ReportInquiry) throws {
        sums = forecast.figures.rows(forecast.names)
        slippage = forecast.slippage
        converter = try inquiry.converter()
        isBlinded = inquiry.request.isBlinded
        let ids = Set(sums.keys.map(\.name.text)).union(slippage.weighted.keys.map(\.row.name.text))
        leads =
            try inquiry.request.groupBy == .lead
            ? Dictionary(
                uniqueKeysWithValues: ids.map { id in
                    (id, try UUID(uuidString: id).map { try PeopleNames.name(of: $0, in: inquiry.db) } ?? id)
                }) : nil
        let all = Set(sums.keys).union(slippage.weighted.keys.map(\.row)).sorted()
        guard isBlinded else {
            rows = all
            return
        }
        for status in FeeStatus.allCases {
            // Each currency is a column of its own: amounts of two are never added, and nothing follows from one for another.
            for (_, rows) in Dictionary(grouping: all, by: \.currency) {
                let blind = BlindRow(rows.map { [sums] in sums[$0]?[status]?.deals ?? 0 })
                let open = zip(rows, blind.cells).compactMap { row, count in count.map { _ in row } }
                told[status, default: []].formUnion(open)
            }
        }
        let shown = told.values.reduce(into: Set<ForecastRow>()) { $0.formUnion($1) }
        rows = all.filter(shown.contains)
    }

    func report(_ inquiry: ReportInquiry) -> Report {
        let request = inquiry.request
        let lines = rows.map { ReportRow(cells(of: $0, request)) }
        var report = Report(
            report: .forecast, from: request.period?.lowerBound, to: request.period?.upperBound,
            asOf: request.period?.upperBound ?? request.asOf, currency: request.currency?.code,
            groupBy: request.groupBy,
            columns: columns(request), rows: lines, generatedAt: inquiry.caller.now)
        if let converter, !isBlinded { (report.totals, report.unconverted) = totals(converter, request) }
        return report.counted()
    }

    private func columns(_ request: ReportRequest) -> [ReportColumn] {
        let grouping = request.groupBy ?? .month
        var columns = [
            ReportColumn(grouping.rawValue, grouping.word, .text)
        ]
        if leads != nil { columns.append(ReportColumn("name", "Name", .text)) }
        columns += [
            ReportColumn("currency", "Currency", .text), ReportColumn("planned", "Planned", .money),
            ReportColumn("weighted", "Weighted", .money),
        ]
        columns += Self.statuses.map { ReportColumn($0.status.rawValue, $0.title, .money) }
        if !isBlinded {
            columns.append(ReportColumn("unknown", "Fees of unknown amount", .count))
            columns += Self.kinds.map { ReportColumn($0.kind.rawValue, $0.title, .money) }
        }
        if let code = converter?.target.code {
            columns += Self.converted.map {
                ReportColumn("\($0.title.lowercased()).\(code)", "\($0.title) in \(code)", .money)
            }
        }
        return columns
    }

    private func cells(of row: ForecastRow, _ request: ReportRequest) -> [ReportCell] {
        func amount(_ status: FeeStatus, isWeighted: Bool = false) -> ReportCell {
            if isBlinded, told[status]?.contains(row) != true { return .hidden }
            guard let sum = sums[row]?[status] else { return .nothing }
            let path = request.path(ofCell: ForecastCell(.status(status), of: row).text)
            return ReportAmount.cell(
                isWeighted ? StageTally.hundredth(of: sum.weighted) : sum.minor, row.currency, deals: path)
        }
        var cells: [ReportCell] = [.text(row.name.text)]
        if let leads { cells.append(.text(leads[row.name.text] ?? row.name.text)) }
        cells += [.text(row.currency), amount(.planned), amount(.planned, isWeighted: true)]
        cells += Self.statuses.map { amount($0.status) }
        if !isBlinded {
            cells.append(.count(sums[row]?.values.reduce(0) { $0 + $1.unknown } ?? 0))
            cells += Self.kinds.map { slipped($0.kind, of: row, request) }
        }
        if let converter { cells += Self.converted.map { converted($0.status, of: row, converter) } }
        return cells
    }

    private func slipped(
        _ kind: ForecastSlippage.Kind, of row: ForecastRow, _ request: ReportRequest
    ) -> ReportCell {
        guard let weighted = slippage.weighted[.init(row: row, kind: kind)] else { return .nothing }
        return ReportAmount.cell(
            StageTally.hundredth(of: weighted), row.currency,
            deals: request.path(ofCell: ForecastCell(.slippage(kind), of: row).text))
    }

    private func converted(_ status: FeeStatus, of row: ForecastRow, _ converter: CurrencyConverter) -> ReportCell {
        if isBlinded, told[status]?.contains(row) != true { return .hidden }
        guard let sum = sums[row]?[status], let money = ReportAmount.money(Self.amount(of: sum, status), row.currency),
            let converted = converter.convert(money)
        else { return .nothing }
        return ReportAmount.cell(Int128(converted.minorUnits), converter.target.code)
    }

    /// What is planned counts by its chance.
    private static func amount(of sum: ForecastFigures.Sum, _ status: FeeStatus) -> Int128 {
        status == .planned ? StageTally.hundredth(of: sum.weighted) : sum.minor
    }

    /// Of each column in one currency; the sum of a currency is converted as a whole.
    private func totals(_ converter: CurrencyConverter, _ request: ReportRequest) -> (ReportRow, [CurrencyTotal]) {
        var cells = columns(request).dropLast(Self.converted.count).map { _ in ReportCell.nothing }
        if !cells.isEmpty { cells[0] = .text("Total") }
        var unconverted: [String: Int128] = [:]
        for (status, _) in Self.converted {
            var sums: [String: Int128] = [:]
            for row in rows {
                guard let sum = self.sums[row]?[status] else { continue }
                sums[row.currency, default: 0] += status == .planned ? sum.weighted : sum.minor
            }
            if status == .planned { sums = sums.mapValues(StageTally.hundredth) }
            var total: Int128 = 0
            for (code, sum) in sums {
                guard let converted = ReportAmount.money(sum, code).flatMap(converter.convert) else {
                    unconverted[code, default: 0] += sum
                    continue
                }
                total += Int128(converted.minorUnits)
            }
            cells.append(ReportAmount.cell(total, converter.target.code))
        }
        return (ReportRow(cells), unconverted.sorted { $0.key < $1.key }.map { ReportAmount.total($0.value, $0.key) })
    }
}
