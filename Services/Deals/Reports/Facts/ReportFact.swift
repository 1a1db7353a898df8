import Contracts

/// Something that a deal's history says and reports add up: how many, and of which amount. What it is about are its
/// keys; a kind that does not use one leaves it empty.
struct ReportFact: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        /// A live deal comes to a state (one more) or leaves it (one less): `stage`, `status`. All up to a day are how
        /// things stood at its end.
        case state
        /// Something happened to a deal: `flow`; `place` says when it did before, too.
        case flow
        /// A stay in a `stage` ended after so many `days`; the amount is of days on hold, and `place` says when the deal
        /// had left the stage before.
        case stay
        /// A live deal stands in a `stage` with a `status`: active since the day `days`, without the time on hold, or on
        /// hold after so many `days`.
        case running
        /// A deal was created: the `stage` that it reached at most, its `status`, and the `place` where it stands.
        case cohort
        /// A deal ended, and is not opened again: `status`, `reason`, `lead`, `sector`, `country`, `competitor`.
        case end

        /// Kept by month, too, so that long periods are few rows.
        var hasMonths: Bool {
            switch self {
            case .state, .flow, .stay, .cohort: true
            case .running, .end: false
            }
        }
    }

    /// In `place`. Without it as many deals are counted as facts.
    static let again = "again"

    let kind: Kind
    let type: DealType
    /// Since 1970; 0 of what has none.
    var day: Int
    var stage = ""
    var status = ""
    var flow = ""
    var place = ""
    var reason = ""
    var lead = ""
    var sector = ""
    var country = ""
    var competitor = ""
    /// Empty of a deal without a value.
    var currency = ""
    var days = 0

    init(_ kind: Kind, _ type: DealType, day: Int) { (self.kind, self.type, self.day) = (kind, type, day) }
}

/// What facts add up to, exactly.
struct ReportSum: Sendable, Hashable {
    var count = 0
    /// Minor units; of stays days.
    var amount: Int128 = 0
    /// Minor units by per cent.
    var weighted: Int128 = 0

    var isZero: Bool { self == ReportSum() }

    static func += (sum: inout ReportSum, other: ReportSum) {
        sum.count += other.count
        sum.amount += other.amount
        sum.weighted += other.weighted
    }

    static prefix func - (sum: ReportSum) -> ReportSum {
        ReportSum(count: -sum.count, amount: -sum.amount, weighted: -sum.weighted)
    }
}

typealias ReportFacts = [ReportFact: ReportSum]

/// What happens to deals between two days.
enum ReportFlow: String, Sendable, CaseIterable {
    case created, reopened, won, lost, withdrawn
    case forward, back, held, resumed
    /// The expected close moved: later or earlier.
    case slipped, advanced
    /// The value of a live deal, by what it was and by what it is: the difference is told.
    case valued

    /// How many deals the pipeline has more, or fewer, for each.
    var effect: Int {
        switch self {
        case .created, .reopened: 1
        case .won, .lost, .withdrawn: -1
        default: 0
        }
    }
}
