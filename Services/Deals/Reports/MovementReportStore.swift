import Contracts
import GRDB

/// What happened in the pipeline between two days: what it had, what came, what ended, what it has. Opening and what came
/// without what ended is the closing, in numbers and in amounts, where changes of value come in.
enum MovementReport: FactReport {
    static let name = ReportName.movement
    static let parameters = ReportParameters(period: .week)

    /// The rows of the table, in their order.
    enum Line: String, CaseIterable {
        case opening, created, reopened, won, lost, withdrawn, closing
        case forward, back, held, resumed, slipped, advanced, valued

        var flow: ReportFlow? { ReportFlow(rawValue: rawValue) }

        var title: String {
            switch self {
            case .opening: "Opening"
            case .created: "New"
            case .reopened: "Opened again"
            case .won: "Won"
            case .lost: "Lost"
            case .withdrawn: "Withdrawn"
            case .closing: "Closing"
            case .forward: "Moved forward"
            case .back: "Moved back"
            case .held: "Put on hold"
            case .resumed: "Resumed"
            case .slipped: "Expected close later"
            case .advanced: "Expected close earlier"
            case .valued: "Value changed"
            }
        }
    }

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let sums = try lines(inquiry)
        let told = told(sums, request)
        let currencies = Set(
            Line.allCases.filter { told.contains($0) }.flatMap { line in
                (sums[line]?.byCurrency ?? [:]).filter { !$0.key.isEmpty && (!request.isBlinded || isTold($0.value)) }
                    .keys
            }
        ).sorted()
        let value = AmountColumns(
            key: "value", title: "Value", currencies: currencies, converter: try inquiry.converter(), of: \.amount)
        let rows = Line.allCases.map { line -> ReportRow in
            let sum = sums[line] ?? LineSum()
            let isTold = told.contains(line)
            let amounts = value.cells(
                sum.byCurrency, isTold: { isTold && (!request.isBlinded || self.isTold($0)) },
                isBlinded: request.isBlinded)
            return ReportRow(
                [
                    ReportCell(text: line.rawValue), ReportCell(text: line.title),
                    .count(sum.count, of: line.rawValue, request, isTold: isTold),
                ] + amounts)
        }
        let columns = [
            ReportColumn("line", "Line", .text), ReportColumn("name", "Name", .text),
            ReportColumn("deals", "Deals", .count),
        ]
        let closing = request.isBlinded ? [:] : sums[.closing]?.byCurrency ?? [:]
        return Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound, asOf: request.asOf,
            currency: request.currency?.code, type: request.type, columns: columns + value.columns, rows: rows,
            unconverted: value.unconverted(closing), generatedAt: inquiry.caller.now
        ).counted()
    }

    /// The key of a line.
    static func filter(ofCell cell: String, _ inquiry: ReportInquiry) throws -> FactFilter? {
        guard let line = Line(rawValue: cell), let period = inquiry.request.period else { return nil }
        let types = inquiry.request.type.map { Set([$0]) }
        let (from, to) = (period.lowerBound.daysSince1970, period.upperBound.daysSince1970)
        switch line {
        case .opening: return FactFilter(kind: .state, types: types, days: FactFilter.firstDay...(from - 1))
        case .closing: return FactFilter(kind: .state, types: types, days: FactFilter.firstDay...to)
        default:
            return FactFilter(kind: .flow, types: types, days: from...to, values: [.flow: [line.rawValue]])
        }
    }

    private struct LineSum {
        var byCurrency: [String: ReportSum] = [:]
        /// How many deals it is of at least: those to which it happened for the first time.
        var deals = 0

        var count: Int { byCurrency.values.reduce(0) { $0 + $1.count } }
    }

    private static func lines(_ inquiry: ReportInquiry) throws -> [Line: LineSum] {
        guard let period = inquiry.request.period else { return [:] }
        let source = try FactSource(inquiry)
        var lines: [Line: LineSum] = [:]
        for line in [Line.opening, .closing] {
            guard let filter = try filter(ofCell: line.rawValue, inquiry) else { continue }
            add(try source.sums(filter, by: [.currency]), to: &lines[line, default: LineSum()])
        }
        let flows = FactFilter(
            kind: .flow, types: inquiry.request.type.map { [$0] },
            days: period.lowerBound.daysSince1970...period.upperBound.daysSince1970)
        let sums = try source.sums(flows, by: [.flow, .currency, .place])
        for (flow, facts) in Dictionary(grouping: sums, by: \.key.flow) {
            guard let line = Line(rawValue: flow) else { continue }
            add(
                Dictionary(facts.map { ($0.key, $0.value) }) { first, _ in first }, to: &lines[line, default: LineSum()]
            )
        }
        return lines
    }

    private static func add(_ facts: ReportFacts, to line: inout LineSum) {
        for (fact, sum) in facts {
            line.byCurrency[fact.currency, default: ReportSum()] += sum
            if fact.place != ReportFact.again { line.deals += sum.count }
        }
    }

    /// What of it management is told. What comes and what ends follows from the closings of two weeks, so these are
    /// withheld together; the opening is the closing of the week before.
    private static func told(_ sums: [Line: LineSum], _ request: ReportRequest) -> Set<Line> {
        guard request.isBlinded else { return Set(Line.allCases) }
        let flows: [Line] = [.created, .reopened, .won, .lost, .withdrawn]
        let blind = BlindRow(flows.map { sums[$0]?.deals ?? 0 })
        var told = Set(zip(flows, blind.cells).filter { $0.1 != nil }.map(\.0))
        for line in Line.allCases where line != .opening && !flows.contains(line) {
            if sums[line]?.deals ?? 0 >= BlindRow.cellMin { told.insert(line) }
        }
        if told.isSuperset(of: flows), sums[.opening]?.deals ?? 0 >= BlindRow.cellMin { told.insert(.opening) }
        return told
    }

    private static func isTold(_ sum: ReportSum) -> Bool { sum.count >= BlindRow.cellMin }
}
