import Contracts

/// Exact sums as reports tell them.
enum ReportAmount {
    /// Rounded half away from zero.
    static func hundredth(of value: Int128) -> Int128 {
        value < 0 ? -hundredth(of: -value) : (value + 50) / 100
    }

    /// Of the two parts in which the database adds, see `StageTally.part`.
    static func whole(_ whole: Int64, _ rest: Int64) -> Int128 { Int128(whole) * Int128(StageTally.part) + Int128(rest) }

    static func total(_ minorUnits: Int128, _ code: String) -> CurrencyTotal {
        CurrencyTotal(currency: code, amount: text(minorUnits, code))
    }

    static func cell(_ minorUnits: Int128, _ code: String, deals: String? = nil) -> ReportCell {
        ReportCell(money: total(minorUnits, code), deals: deals)
    }

    /// Nil of what is larger than an amount can be.
    static func money(_ minorUnits: Int128, _ code: String) -> Money? {
        guard let currency = Currency(code: code), let units = Int64(exactly: minorUnits) else { return nil }
        return Money(minorUnits: units, currency: currency)
    }

    private static func text(_ minorUnits: Int128, _ code: String) -> String {
        let exponent = Currency(code: code)?.exponent ?? 0
        let digits = String(minorUnits.magnitude)
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        let sign = minorUnits < 0 ? "-" : ""
        guard exponent > 0 else { return sign + padded }
        return "\(sign)\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
    }
}

extension ReportCell {
    static let nothing = ReportCell()
    static let hidden = ReportCell(withheld: true)

    static func text(_ text: String) -> ReportCell { ReportCell(text: text) }

    /// Without a way to the deals where there are none.
    static func count(_ count: Int, _ deals: String? = nil) -> ReportCell {
        ReportCell(count: count, deals: count == 0 ? nil : deals)
    }
}
