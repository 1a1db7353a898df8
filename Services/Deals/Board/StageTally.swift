import Contracts

/// What the deals of one stage add up to, exactly, however many and however large they are.
struct StageTally: Sendable, Hashable {
    /// Amounts are added in two parts, so that no sum of the database overflows.
    static let part: Int64 = 1_000_000_000

    private struct Sum: Sendable, Hashable {
        var count = 0
        var minorUnits: Int128 = 0
        /// Minor units by per cent.
        var weighted: Int128 = 0
    }

    private(set) var count = 0
    private var sums: [String: Sum] = [:]

    /// - Parameters:
    ///   - currency: nil for deals without a value.
    ///   - parts: the sum of whole `part`s, and of what is left of each.
    mutating func add(count: Int, currency: String?, probability: Int, parts: (whole: Int64, rest: Int64)) {
        self.count += count
        guard let currency else { return }
        let minorUnits = Int128(parts.whole) * Int128(Self.part) + Int128(parts.rest)
        sums[currency, default: Sum()].count += count
        sums[currency, default: Sum()].minorUnits += minorUnits
        sums[currency, default: Sum()].weighted += minorUnits * Int128(probability)
    }

    /// By currency, in the order of their codes.
    var values: [DealSum] {
        sums.sorted { $0.key < $1.key }.map { code, sum in
            DealSum(
                currency: code, count: sum.count, amount: Self.text(sum.minorUnits, code),
                weighted: Self.text(Self.hundredth(of: sum.weighted), code))
        }
    }

    /// Nil when one of the sums is larger than an amount can be.
    func converted(by converter: CurrencyConverter) -> ConvertedSum? {
        let amounts = sums.compactMap { code, sum -> Money? in
            guard let currency = Currency(code: code), let units = Int64(exactly: sum.minorUnits) else { return nil }
            return Money(minorUnits: units, currency: currency)
        }
        return amounts.count == sums.count ? converter.convert(amounts) : nil
    }

    /// Rounded half away from zero.
    static func hundredth(of value: Int128) -> Int128 {
        value < 0 ? -hundredth(of: -value) : (value + 50) / 100
    }

    /// As a decimal with the currency's decimals.
    static func text(_ minorUnits: Int128, _ code: String) -> String {
        let exponent = Currency(code: code)?.exponent ?? 0
        let digits = String(minorUnits.magnitude)
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        let sign = minorUnits < 0 ? "-" : ""
        guard exponent > 0 else { return sign + padded }
        return "\(sign)\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
    }
}
