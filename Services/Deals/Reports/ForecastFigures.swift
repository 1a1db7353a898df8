import Contracts
import Foundation

/// What a forecast counts one fee as.
struct ForecastPlace: Sendable, Hashable {
    /// `2026-11`; empty where neither the fee nor its deal has a day.
    let month: String
    let currency: String
    let status: FeeStatus
    /// The chance that it comes, in per cent.
    let percent: Int
    /// Nil where it is not known.
    let minor: Int64?

    /// Whether it may still come.
    var isExpected: Bool { status != .paid && status != .waived }

    var weighted: Int128 { Int128(minor ?? 0) * Int128(percent) }
}

/// One deal's fees in a forecast, as they were and as they are.
struct ForecastDeal: Sendable, Hashable {
    let id: UUID
    let lead: String
    let type: String
    let sector: String
    let stage: String
    /// By fee.
    var places: [UUID: ForecastPlace]

    func member(of grouping: ReportGrouping) -> String {
        switch grouping {
        case .lead: lead
        case .type: type
        case .sector: sector
        case .stage: "\(type).\(stage)"
        default: ""
        }
    }
}

/// The numbers of a forecast, exact however many fees there are.
struct ForecastFigures: Sendable, Hashable {
    struct Key: Sendable, Hashable {
        /// A lead, type, sector or stage; empty when months are told apart.
        let member: String
        /// Empty when they are not.
        let month: String
        let currency: String
        let status: FeeStatus
    }

    struct Sum: Sendable, Hashable {
        var deals = 0
        var fees = 0
        var unknown = 0
        var minor: Int128 = 0
        /// Minor units by per cent.
        var weighted: Int128 = 0

        static func += (sum: inout Sum, other: Sum) {
            sum.deals += other.deals
            sum.fees += other.fees
            sum.unknown += other.unknown
            sum.minor += other.minor
            sum.weighted += other.weighted
        }
    }

    private(set) var sums: [Key: Sum] = [:]

    mutating func add(_ sum: Sum, at key: Key) {
        sums[key, default: Sum()] += sum
        if sums[key]?.fees == 0 { sums[key] = nil }
    }

    /// Takes a deal as it is out, and puts it in as it was.
    mutating func undo(from now: ForecastDeal, to then: ForecastDeal, by grouping: ReportGrouping) {
        count(now, by: grouping, -1)
        count(then, by: grouping, 1)
    }

    /// A deal with two fees of one kind and month is one deal.
    mutating func count(_ deal: ForecastDeal, by grouping: ReportGrouping, _ sign: Int) {
        var sums: [Key: Sum] = [:]
        let hasMonths = grouping == .month || grouping == .quarter
        for place in deal.places.values {
            let key = Key(
                member: deal.member(of: grouping), month: hasMonths ? place.month : "", currency: place.currency,
                status: place.status)
            sums[key, default: Sum()].deals = sign
            sums[key, default: Sum()].fees += sign
            sums[key, default: Sum()].unknown += place.minor == nil ? sign : 0
            sums[key, default: Sum()].minor += Int128(sign) * Int128(place.minor ?? 0)
            sums[key, default: Sum()].weighted += Int128(sign) * place.weighted
        }
        for (key, sum) in sums { add(sum, at: key) }
    }

    /// By row, and in it by status.
    func rows(_ names: ForecastRowNames) -> [ForecastRow: [FeeStatus: Sum]] {
        var rows: [ForecastRow: [FeeStatus: Sum]] = [:]
        for (key, sum) in sums {
            let row = ForecastRow(name: names.name(key.member, key.month), currency: key.currency)
            var whole = rows[row]?[key.status] ?? Sum()
            // Of several months at least so many deals: one may be in each of them.
            let deals = max(whole.deals, sum.deals)
            whole += sum
            whole.deals = deals
            rows[row, default: [:]][key.status] = whole
        }
        return rows
    }
}

/// A row of a forecast: a currency of a month, a lead or whatever else rows are told apart by.
struct ForecastRow: Sendable, Hashable, Comparable {
    let name: ForecastRowName
    let currency: String

    static func < (a: ForecastRow, b: ForecastRow) -> Bool {
        a.name == b.name ? a.currency < b.currency : a.name < b.name
    }
}

/// `2026-11`, `2026-Q4`, a lead, type or sector; or what stands for many months, or for none.
enum ForecastRowName: Sendable, Hashable, Comparable {
    case earlier
    case named(String)
    case later, none

    var text: String {
        switch self {
        case .earlier: "earlier"
        case .named(let name): name
        case .later: "later"
        case .none: "none"
        }
    }

    private var order: Int {
        switch self {
        case .earlier: 0
        case .named: 1
        case .later: 2
        case .none: 3
        }
    }

    static func < (a: ForecastRowName, b: ForecastRowName) -> Bool {
        if case .named(let first) = a, case .named(let second) = b { return first < second }
        return a.order < b.order
    }
}

/// Names the rows of a forecast. Months that lie more than a year before its day or more than three years after are one row.
struct ForecastRowNames: Sendable {
    let grouping: ReportGrouping
    private let first, last: String

    init(_ grouping: ReportGrouping, around day: BusinessDate) {
        self.grouping = grouping
        first = Self.month(day.year - 1, day.month)
        last = Self.month(day.year + 3, day.month)
    }

    func name(_ member: String, _ month: String) -> ForecastRowName {
        switch grouping {
        case .month, .quarter:
            if month.isEmpty { return .none }
            if month < first { return .earlier }
            if month > last { return .later }
            return .named(grouping == .month ? month : Self.quarter(of: month))
        default: return member.isEmpty ? .none : .named(member)
        }
    }

    /// `2026-Q4` of `2026-11`.
    static func quarter(of month: String) -> String {
        "\(month.prefix(4))-Q\(((Int(month.suffix(2)) ?? 1) + 2) / 3)"
    }

    private static func month(_ year: Int, _ month: Int) -> String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
}

/// How a forecast came from what it was to what it is: of each fee that was or is expected, what became of it.
struct ForecastSlippage: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        /// Out of this month, or into it.
        case movedOut, movedIn
        /// It was removed or waived, or its deal was lost or is left out.
        case fellAway
        case added
        /// In its month, at another amount or chance.
        case revalued
        case earned
    }

    struct Key: Sendable, Hashable {
        let row: ForecastRow
        let kind: Kind
    }

    /// One fee's part.
    struct Part: Sendable, Hashable {
        let key: Key
        let weighted: Int128
    }

    private(set) var weighted: [Key: Int128] = [:]
    private(set) var deals: [Key: Set<UUID>] = [:]

    mutating func add(_ then: ForecastDeal, _ now: ForecastDeal, _ names: ForecastRowNames) {
        for part in Self.parts(then, now, names) {
            weighted[part.key, default: 0] += part.weighted
            deals[part.key, default: []].insert(now.id)
        }
    }

    static func parts(_ then: ForecastDeal, _ now: ForecastDeal, _ names: ForecastRowNames) -> [Part] {
        let member = now.member(of: names.grouping)
        return Set(then.places.keys).union(now.places.keys).flatMap { fee -> [Part] in
            let (before, after) = (then.places[fee], now.places[fee])
            func part(_ place: ForecastPlace, _ kind: Kind, _ weighted: Int128? = nil) -> Part {
                let row = ForecastRow(name: names.name(member, place.month), currency: place.currency)
                return Part(key: Key(row: row, kind: kind), weighted: weighted ?? place.weighted)
            }
            guard let before, before.isExpected else {
                return after.map { $0.isExpected ? [part($0, .added)] : [] } ?? []
            }
            guard let after, after.status != .waived else { return [part(before, .fellAway)] }
            guard after.isExpected else { return [part(before, .earned)] }
            let (from, to) = (part(before, .movedOut), part(after, .movedIn))
            if from.key.row == to.key.row {
                let change = after.weighted - before.weighted
                return change == 0 ? [] : [part(after, .revalued, change)]
            }
            return [from, to]
        }
    }
}
