import TransparencyLog

/// A checkpoint and the note that signs it, byte for byte as it was or will be published.
struct SignedCheckpoint: Sendable {
    let checkpoint: Checkpoint
    let note: SignedNote
}

/// What may be signed. A signature for a second root of one size, or for a tree that does not continue the last one, would
/// prove for ever that the log lies: better to sign nothing more.
enum SigningRules {
    /// The checkpoint that was signed last. The file is written before the table, so after a crash it may be ahead.
    static func last(
        table: SignedCheckpoint?, file: SignedCheckpoint?
    ) throws(SigningRefusal) -> SignedCheckpoint? {
        guard let table, let file else { return table ?? file }
        if table.checkpoint.size == file.checkpoint.size, table.checkpoint.root != file.checkpoint.root {
            throw .twoRoots(size: table.checkpoint.size)
        }
        return file.checkpoint.size > table.checkpoint.size ? file : table
    }

    /// Whether a log of `size` entries still begins with what the last checkpoint is of.
    /// - Parameter root: of the stored tree over its first so many leaves.
    static func check(_ size: Int64, continues last: Checkpoint?, root: (Int64) throws -> MerkleHash) throws {
        guard let last else { return }
        guard size >= last.size else { throw SigningRefusal.logShorter(size: size, signed: last.size) }
        let found: MerkleHash
        do { found = try root(last.size) } catch is LogError { throw SigningRefusal.treeBroken(size: last.size) }
        guard found == last.root else { throw SigningRefusal.rootDiffers(size: last.size) }
    }
}

/// Why no checkpoint is signed any more. Operators read these in the log and in `/readyz`; entries are taken in and read on.
enum SigningRefusal: Error, Hashable, CustomStringConvertible {
    /// Where the last checkpoint is kept.
    enum Place: String { case table = "the database", file = "the file beside it" }

    case keyMissing(path: String)
    /// What is kept there is not a checkpoint of this log, signed by this key.
    case lastUnreadable(Place, reason: String)
    case twoRoots(size: Int64)
    case logShorter(size: Int64, signed: Int64)
    case treeBroken(size: Int64)
    case rootDiffers(size: Int64)
    /// Somebody else has signed meanwhile.
    case overtaken(size: Int64)

    var description: String {
        switch self {
        case .keyMissing(let path):
            "checkpoints were signed before, but the key is not at \(path): put it back"
        case .lastUnreadable(let place, let reason):
            "the last checkpoint in \(place) cannot be trusted: \(reason)"
        case .twoRoots(let size):
            "the database and the file beside it hold two different checkpoints of size \(size)"
        case .logShorter(let size, let signed):
            "the log has \(size) entries, but \(signed) were signed: entries are missing"
        case .treeBroken(let size):
            "hashes or entries among the first \(size) are missing"
        case .rootDiffers(let size):
            "the hashes of the first \(size) entries are not those of what was signed and appended: the log was changed"
        case .overtaken(let size):
            "a checkpoint of size \(size) was signed by somebody else"
        }
    }
}
