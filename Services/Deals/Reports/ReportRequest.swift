import Contracts
import Foundation
import RPC

/// What a report takes beside a currency.
struct ReportParameters: Sendable {
    enum Period: Sendable {
        case none
        /// Since the last Monday; of management the whole week before it.
        case week
        /// The last twelve months; of management those that are over.
        case year
        /// From today on, for so many days.
        case ahead(days: Int)
    }

    enum OfType: Sendable { case none, optional, required }

    var period = Period.none
    var takesAsOf = false
    /// The first when none is asked for.
    var groupings: [ReportGrouping] = []
    /// Of management, for which there is no choice; the first when nil.
    var blindedGrouping: ReportGrouping?
    var ofType = OfType.optional
    /// Whether management sees it, blinded.
    var isForManagement = true
}

/// A checked question for a report.
///
/// Management chooses no days and no filter: two answers that differ by one deal would tell of that deal.
struct ReportRequest: Sendable, Hashable {
    static let periodDaysMax = 3660

    let report: ReportName
    /// Nil of a report that has no period.
    let period: ClosedRange<BusinessDate>?
    let asOf: BusinessDate
    let currency: Currency?
    let groupBy: ReportGrouping?
    let type: DealType?
    /// For whom may see none of the deals.
    let isBlinded: Bool
    private let takesAsOf: Bool

    /// - Throws: `query_invalid` with every parameter that does not fit.
    init(_ report: ReportName, _ query: ReportQuery, _ takes: ReportParameters, by caller: Caller) throws(RPCFault) {
        var faults: [FieldFault] = []
        self.report = report
        isBlinded = caller.role == .management
        takesAsOf = takes.takesAsOf
        period = Self.period(query, takes, caller, &faults)
        asOf = Self.asOf(query, takes, caller, &faults)
        currency = query.currency.flatMap(Currency.init(code:))
        if query.currency != nil, currency == nil {
            faults.append(FieldFault("currency", "invalid", "must be an ISO 4217 code such as USD"))
        }
        groupBy = query.groupBy ?? (isBlinded ? takes.blindedGrouping : nil) ?? takes.groupings.first
        if let asked = query.groupBy, !takes.groupings.contains(asked) {
            let allowed = takes.groupings.map(\.rawValue).joined(separator: ", ")
            faults.append(
                takes.groupings.isEmpty
                    ? FieldFault("groupBy", "not_allowed", "is not taken by this report")
                    : FieldFault("groupBy", "invalid", "must be one of \(allowed)"))
        }
        type = query.type
        switch (takes.ofType, query.type) {
        case (.none, _?): faults.append(FieldFault("type", "not_allowed", "is not taken by this report"))
        case (.required, nil): faults.append(FieldFault("type", "missing", "must name the deal type of the pipeline"))
        default: break
        }
        if isBlinded { faults += Self.blindedFaults(query, takes) }
        guard faults.isEmpty else { throw ListRequest.queryInvalid(faults) }
    }

    private static func blindedFaults(_ query: ReportQuery, _ takes: ReportParameters) -> [FieldFault] {
        var named: [String] = []
        if query.from != nil { named.append("from") }
        if query.to != nil { named.append("to") }
        if query.asOf != nil { named.append("asOf") }
        if let asked = query.groupBy, asked != takes.blindedGrouping ?? takes.groupings.first {
            named.append("groupBy")
        }
        if case .optional = takes.ofType, query.type != nil { named.append("type") }
        return named.map { FieldFault($0, "not_allowed", "is not for blinded reports") }
    }

    private static func asOf(
        _ query: ReportQuery, _ takes: ReportParameters, _ caller: Caller, _ faults: inout [FieldFault]
    ) -> BusinessDate {
        guard let day = query.asOf else { return caller.today }
        if !takes.takesAsOf {
            faults.append(FieldFault("asOf", "not_allowed", "is not taken by this report"))
        } else if day > caller.today {
            faults.append(FieldFault("asOf", "in_future", "must not be in the future"))
        }
        return day
    }

    private static func period(
        _ query: ReportQuery, _ takes: ReportParameters, _ caller: Caller, _ faults: inout [FieldFault]
    ) -> ClosedRange<BusinessDate>? {
        guard let usual = usualPeriod(takes.period, caller) else {
            for (name, day) in [("from", query.from), ("to", query.to)] where day != nil {
                faults.append(FieldFault(name, "not_allowed", "is not taken by this report"))
            }
            return nil
        }
        let to = query.to ?? max(usual.upperBound, query.from ?? usual.upperBound)
        let from = query.from ?? min(usual.lowerBound, to)
        if case .ahead = takes.period {
        } else if to > caller.today {
            faults.append(FieldFault("to", "in_future", "must not be in the future"))
        }
        if from > to {
            faults.append(FieldFault("from", "after_to", "must not be after to"))
            return nil
        }
        if to.daysSince1970 - from.daysSince1970 >= periodDaysMax {
            faults.append(FieldFault("from", "out_of_range", "must be at most \(periodDaysMax) days before to"))
        }
        return from...to
    }

    private static func usualPeriod(_ period: ReportParameters.Period, _ caller: Caller) -> ClosedRange<BusinessDate>? {
        let today = caller.today
        let isBlinded = caller.role == .management
        switch period {
        case .none: return nil
        case .week:
            return isBlinded ? today.monday.adding(days: -7)...today.monday.adding(days: -1) : today.monday...today
        case .year:
            guard isBlinded else { return today.months(before: 12).adding(days: 1)...today }
            let first = today.firstOfMonth
            return first.months(before: 12)...first.adding(days: -1)
        case .ahead(let days): return today...today.adding(days: days)
        }
    }

    /// The query that asks for the same again, on any day.
    var queryItems: [(name: String, value: String)] {
        var items: [(String, String)] = []
        if let period { items += [("from", period.lowerBound.text), ("to", period.upperBound.text)] }
        if takesAsOf { items.append(("asOf", asOf.text)) }
        if let groupBy { items.append(("groupBy", groupBy.rawValue)) }
        if let type { items.append(("type", type.rawValue)) }
        return items
    }

    /// Lists the deals behind one number: relative to the address of the report.
    func path(ofCell cell: String) -> String? {
        guard !isBlinded else { return nil }
        return ReportPath.text("\(report.rawValue)/deals", queryItems + [("cell", cell)])
    }
}

enum ReportPath {
    static func text(_ path: String, _ items: [(name: String, value: String)]) -> String {
        let query = items.map { "\($0.name)=\(encoded($0.value))" }.joined(separator: "&")
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    /// What is not unreserved in RFC 3986 is percent-encoded.
    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

extension BusinessDate {
    /// Of its week.
    var monday: BusinessDate {
        // 1970-01-01 was a Thursday.
        let days = (daysSince1970 + 3) % 7
        return adding(days: -(days < 0 ? days + 7 : days))
    }

    var firstOfMonth: BusinessDate { adding(days: 1 - day) }

    /// The same day of an earlier month, or its last day.
    func months(before months: Int) -> BusinessDate {
        let index = monthIndex - months
        let (year, month) = (index / 12, index % 12 + 1)
        return BusinessDate(year: year, month: month, day: day)
            ?? (28...30).reversed().lazy.compactMap { BusinessDate(year: year, month: month, day: $0) }.first ?? self
    }

    /// Months since the year 0: the next month has the next number.
    var monthIndex: Int { year * 12 + month - 1 }
}
