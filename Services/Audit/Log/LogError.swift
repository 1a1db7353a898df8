/// Why the log refuses to go on. Operators read these in the service's own log; clients never see them.
enum LogError: Error, Hashable, CustomStringConvertible {
    /// A source numbered another event with a sequence that is taken, or answered out of order.
    case sequenceNotIncreasing(source: String, sequence: Int64)
    case sequenceReused(source: String, sequence: Int64)
    case hashMissing(index: Int64)
    case entriesMissing(Range<Int64>)
    /// Longer than what a bundle of entries can hold.
    case entryTooLong(among: Range<Int64>)

    var description: String {
        switch self {
        case .sequenceNotIncreasing(let source, let sequence):
            "event \(sequence) of \(source) comes after a later one"
        case .sequenceReused(let source, let sequence):
            "event \(sequence) of \(source) is not the one that was logged under this number"
        case .hashMissing(let index):
            "hash \(index) of the tree is missing or not 32 bytes long"
        case .entriesMissing(let entries):
            "entries are missing among \(entries.lowerBound) to \(entries.upperBound - 1)"
        case .entryTooLong(let entries):
            "an entry among \(entries.lowerBound) to \(entries.upperBound - 1) is too long for a bundle"
        }
    }
}
