package import Foundation

/// The parts of an export, each read from its beginning and once. Whoever has them in files gives them piece by piece: the
/// verifier holds no more of them than the one at hand.
package struct ExportParts {
    /// The log's signed checkpoints, the smallest first; nil at the end.
    package var nextCheckpoint: () throws -> Data?
    /// The entries from `minimumIndex` on; nil at the end.
    package var nextEntry: () throws -> Data?
    /// The stored hashes in the order of `StoredHashIndex`, from 0 on; nil at the end. Nil for an export without them,
    /// which tells no more of a changed entry than between which checkpoints it stands.
    package var nextHash: (() throws -> MerkleHash?)?
    /// Entries before this one were pruned (C2SP tlog-tiles, Pruning): the stored hashes of their leaves stand for them.
    package var minimumIndex: Int64

    package init(
        nextCheckpoint: @escaping () throws -> Data?, nextEntry: @escaping () throws -> Data?,
        nextHash: (() throws -> MerkleHash?)? = nil, minimumIndex: Int64 = 0
    ) {
        self.nextCheckpoint = nextCheckpoint
        self.nextEntry = nextEntry
        self.nextHash = nextHash
        self.minimumIndex = minimumIndex
    }
}
