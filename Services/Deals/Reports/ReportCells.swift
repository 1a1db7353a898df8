import Contracts

extension ReportCell {
    static let hidden = ReportCell(withheld: true)

    /// A number with the way to its deals; withheld where it is not told.
    static func count(_ count: Int, of cell: String, _ request: ReportRequest, isTold: Bool = true) -> ReportCell {
        guard isTold else { return hidden }
        return ReportCell(count: count, deals: request.path(ofCell: cell))
    }

    /// A part of a whole; nothing where the whole is nothing.
    static func share(_ part: Int, of whole: Int, isTold: Bool = true) -> ReportCell {
        guard isTold else { return hidden }
        guard whole > 0 else { return ReportCell() }
        let (units, rest) = (Int64(part) * Percent.wholeUnits).quotientAndRemainder(dividingBy: Int64(whole))
        return ReportCell(percent: Percent(units: rest * 2 >= Int64(whole) ? units + 1 : units))
    }
}

/// How many took how many days: as exact as its days are.
struct DayHistogram: Sendable, Hashable {
    private(set) var counts: [Int: Int] = [:]

    var count: Int { counts.values.reduce(0, +) }

    mutating func add(_ days: Int, _ count: Int) { counts[days, default: 0] += count }

    /// The smallest number of days that so many per cent took at most (nearest rank); nil of nobody.
    func quantile(_ percent: Int) -> Int? {
        let rank = (count * percent + 99) / 100
        var seen = 0
        for (days, count) in counts.sorted(by: { $0.key < $1.key }) {
            seen += count
            if seen >= max(rank, 1) { return days }
        }
        return nil
    }

    /// To whole days, half up; nil of nobody.
    var mean: Int? {
        let count = count
        guard count > 0 else { return nil }
        return (counts.reduce(0) { $0 + $1.key * $1.value } * 2 + count) / (2 * count)
    }
}
