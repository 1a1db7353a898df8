/// What a verification of an export found.
package struct ExportReport: Sendable, Equatable {
    /// How many leaves there are, and the root that they make.
    package let size: Int64
    package let root: MerkleHash
    /// How many checkpoints are signed and have the root of these entries.
    package let checkpoints: Int
    /// How many entries the last of those vouches for. Entries behind it are signed by nobody yet, which is no fault.
    package let signedSize: Int64
    /// The first `ExportVerifier.problemsMax`, in the order in which they were met.
    package let problems: [ExportProblem]
    /// The first entry that is not what was signed: one number where the stored hashes tell it, otherwise those between
    /// the last good checkpoint and the first bad one.
    package let firstBad: Range<Int64>?

    package var isGood: Bool { problems.isEmpty }
}

/// What is wrong with an export. Checkpoints are numbered from 1, entries and hashes from 0.
package enum ExportProblem: Sendable, Hashable, CustomStringConvertible {
    case noCheckpoint
    case checkpointRefused(number: Int, CheckpointError)
    case checkpointGoesBack(number: Int, size: Int64, after: Int64)
    /// Signed over another tree, of a size at which these entries have the signed root already: the log told two stories.
    case otherTree(number: Int, size: Int64)
    /// Neither the entries nor the stored hashes make the signed root; `entries` are those since the last one that fits.
    case rootWrong(number: Int, size: Int64, entries: Range<Int64>)
    /// The stored hash of its leaf is another, and nothing signed says that this entry is right.
    case entryWrong(index: Int64)
    case entriesMissing(from: Int64, to: Int64)
    /// The entry is the one that was signed; the hash stored for its leaf is not its own.
    case leafHashWrong(entry: Int64)
    case nodeHashWrong(index: Int64)
    case hashMissing(index: Int64)
    case hashesLeftOver

    package var description: String {
        switch self {
        case .noCheckpoint: "there is no checkpoint: nothing is signed"
        case .checkpointRefused(let number, let error): "checkpoint \(number): \(error)"
        case .checkpointGoesBack(let number, let size, let before):
            "checkpoint \(number) of size \(size) comes after one of size \(before)"
        case .otherTree(let number, let size):
            "checkpoint \(number) is signed over another tree of size \(size) than the entries, which fit before"
        case .rootWrong(let number, let size, let entries):
            """
            checkpoint \(number) of size \(size) has another root than the entries make: one or more of \
            \(entries.lowerBound) to \(entries.upperBound - 1) are not what was signed
            """
        case .entryWrong(let index): "entry \(index) is not the one whose hash is stored"
        case .entriesMissing(let from, let to):
            "entries \(from) to \(to - 1) are missing, which a checkpoint vouches for"
        case .leafHashWrong(let entry): "the hash that is stored for entry \(entry) is not its own"
        case .nodeHashWrong(let index): "hash \(index) is not the hash of what lies below it"
        case .hashMissing(let index): "hash \(index) is missing"
        case .hashesLeftOver: "hashes are stored for entries that are missing"
        }
    }
}
