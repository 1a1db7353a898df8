import Contracts

/// Turns amounts into one currency by the rates of one day: by the pair's own rate, by its inverse, or across one third
/// currency that has both. Exact until the one rounding at the end, half to even, to whole minor units.
struct CurrencyConverter: Sendable {
    let target: Currency
    private let rates: [Pair: DecimalRate]
    /// Asked in this order for a way across, so that the same rates always give the same amount.
    private let pivots: [String]

    private struct Pair: Hashable {
        let base, quote: String
    }

    /// `numerator / denominator` of the target for one unit; at most 24 digits each.
    private struct Ratio {
        var numerator, denominator: UInt128
    }

    init(to target: Currency, _ rates: [ExchangeRate]) {
        self.init(to: target, rates.map { ($0.base, $0.quote, $0.rate) })
    }

    init(to target: Currency, _ rates: [(base: String, quote: String, rate: DecimalRate)]) {
        self.target = target
        self.rates = Dictionary(rates.map { (Pair(base: $0.base, quote: $0.quote), $0.rate) }) { $1 }
        let majors = ["USD", "EUR"]
        pivots = majors + Set(rates.flatMap { [$0.base, $0.quote] }).subtracting(majors).sorted()
    }

    /// Nil when no rate leads to the target, or the amount does not fit there.
    func convert(_ money: Money) -> Money? {
        guard money.currency != target else { return money }
        guard var ratio = ratio(from: money.currency.code) else { return nil }
        let shift = target.exponent - money.currency.exponent
        if shift > 0 { ratio.numerator *= Self.power(shift) } else { ratio.denominator *= Self.power(-shift) }
        let product = UInt128(money.minorUnits.magnitude).multipliedFullWidth(by: ratio.numerator)
        guard product.high < ratio.denominator else { return nil }
        var (units, rest) = ratio.denominator.dividingFullWidth(product)
        let other = ratio.denominator - rest
        if rest > other || rest == other && units & 1 == 1 { units += 1 }
        guard let magnitude = Int64(exactly: units) else { return nil }
        return Money(minorUnits: money.minorUnits < 0 ? -magnitude : magnitude, currency: target)
    }

    /// Each currency's sum is converted as a whole, so that the total does not depend on how its parts were listed.
    func convert(_ sums: [Money]) -> ConvertedSum {
        var out = ConvertedSum(total: Money(minorUnits: 0, currency: target), unconverted: [])
        for sum in sums.sorted(by: { $0.currency.code < $1.currency.code }) {
            guard let converted = convert(sum) else {
                out.unconverted.append(sum)
                continue
            }
            let (units, isTooMuch) = out.total.minorUnits.addingReportingOverflow(converted.minorUnits)
            if isTooMuch {
                out.unconverted.append(sum)
            } else {
                out.total = Money(minorUnits: units, currency: target)
            }
        }
        return out
    }

    private func ratio(from base: String) -> Ratio? {
        if let leg = leg(base, target.code) { return leg }
        for pivot in pivots where pivot != base && pivot != target.code {
            guard let first = leg(base, pivot), let second = leg(pivot, target.code) else { continue }
            return Ratio(
                numerator: first.numerator * second.numerator, denominator: first.denominator * second.denominator)
        }
        return nil
    }

    private func leg(_ base: String, _ quote: String) -> Ratio? {
        if let rate = rates[Pair(base: base, quote: quote)] {
            return Ratio(numerator: UInt128(rate.digits), denominator: Self.power(rate.scale))
        }
        guard let rate = rates[Pair(base: quote, quote: base)] else { return nil }
        return Ratio(numerator: Self.power(rate.scale), denominator: UInt128(rate.digits))
    }

    private static func power(_ exponent: Int) -> UInt128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
