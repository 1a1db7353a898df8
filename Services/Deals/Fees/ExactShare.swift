import Contracts

/// Parts of whole minor units, without a rounding that is not asked for. Nothing here is below zero.
enum ExactShare {
    /// `units × percent`, as a numerator over `Percent.wholeUnits`: exact, and small enough to be added up for thousands.
    static func numerator(_ units: Int64, _ percent: Percent) -> Int128 { Int128(units) * Int128(percent.units) }

    /// The one rounding: half to even, to whole minor units. Nil for what no amount can hold.
    static func rounded(_ numerator: Int128) -> Int64? {
        let whole = Int128(Percent.wholeUnits)
        var (units, rest) = numerator.quotientAndRemainder(dividingBy: whole)
        if rest * 2 > whole || rest * 2 == whole && units & 1 == 1 { units += 1 }
        return Int64(exactly: units)
    }

    static func of(_ units: Int64, _ percent: Percent) -> Int64 {
        // Never more than all of it.
        rounded(numerator(units, percent)) ?? units
    }

    /// Shares whose sum is the total, each within one minor unit of its exact part: the units that rounding down leaves over go
    /// to the largest remainders, and of equal ones to the first.
    ///
    /// - Parameter parts: together `Percent.whole`.
    static func split(_ total: Int64, by parts: [Percent]) -> [Int64] {
        let whole = Int128(Percent.wholeUnits)
        let exact = parts.map { numerator(total, $0).quotientAndRemainder(dividingBy: whole) }
        var shares = exact.map { Int64($0.quotient) }
        let left = Int(total - shares.reduce(0, +))
        let order = exact.indices.sorted {
            (exact[$1].remainder, $0) < (exact[$0].remainder, $1)
        }
        for index in order.prefix(left) { shares[index] += 1 }
        return shares
    }
}
