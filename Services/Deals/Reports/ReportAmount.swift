import Contracts

/// Exact sums as reports tell them.
enum ReportAmount {
    /// Of the two parts in which the database adds, see `StageTally.part`.
    static func whole(_ whole: Int64, _ rest: Int64) -> Int128 {
        Int128(whole) * Int128(StageTally.part) + Int128(rest)
    }

    static func total(_ minorUnits: Int128, _ code: String) -> CurrencyTotal {
        CurrencyTotal(currency: code, amount: StageTally.text(minorUnits, code))
    }

    static func cell(_ minorUnits: Int128, _ code: String, deals: String? = nil) -> ReportCell {
        ReportCell(money: total(minorUnits, code), deals: deals)
    }

    /// Nil of what is larger than an amount can be.
    static func money(_ minorUnits: Int128, _ code: String) -> Money? {
        guard let currency = Currency(code: code), let units = Int64(exactly: minorUnits) else { return nil }
        return Money(minorUnits: units, currency: currency)
    }
}

extension ReportCell {
    static let nothing = ReportCell()

    static func text(_ text: String) -> ReportCell { ReportCell(text: text) }

    /// Without a way to the deals where there are none.
    static func count(_ count: Int, _ deals: String? = nil) -> ReportCell {
        ReportCell(count: count, deals: count == 0 ? nil : deals)
    }
}

extension ReportGrouping {
    /// Of the column that names the rows.
    var word: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
