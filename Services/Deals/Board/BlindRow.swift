/// One pipeline's deals by stage, as somebody may see them who may see none of the deals.
///
/// A cell of fewer than three is withheld, and so that it does not follow from the total, all cells of the smallest number
/// that could be told are withheld with it. Nothing tells the withheld cells apart, so each of them may be the one with
/// three or more. Where no cell could be told, the total is withheld, too.
struct BlindRow: Sendable, Hashable {
    static let cellMin = 3

    /// Nil where it is withheld.
    let cells: [Int?]
    let total: Int?

    init(_ counts: [Int]) {
        let tellable = counts.filter { $0 >= Self.cellMin }
        if tellable.count == counts.count {
            cells = counts
            total = counts.reduce(0, +)
        } else if let smallest = tellable.min() {
            cells = counts.map { $0 > smallest ? $0 : nil }
            total = counts.reduce(0, +)
        } else {
            cells = counts.map { _ in nil }
            total = nil
        }
    }
}
