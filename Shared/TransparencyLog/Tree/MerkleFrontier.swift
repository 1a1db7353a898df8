/// The right edge of a Merkle tree: all that is needed to append a leaf and to know the root, at most 40 hashes.
package struct MerkleFrontier: Sendable {
    package private(set) var size: Int64 = 0
    /// The roots of the complete subtrees, from the left and largest on: one for each bit that is set in `size`.
    private var peaks: [MerkleHash] = []

    package init() {}

    /// The edge of a stored tree; `read` gives the hash at an index of `StoredHashIndex`.
    package init(size: Int64, reading read: (Int64) throws -> MerkleHash) rethrows {
        self.size = size
        var firstLeaf: Int64 = 0
        for level in stride(from: Int64.bitWidth - 2, through: 0, by: -1) where size >> Int64(level) & 1 == 1 {
            peaks.append(try read(StoredHashIndex.at(level: level, offset: firstLeaf >> Int64(level))))
            firstLeaf += 1 << Int64(level)
        }
    }

    /// The hashes to store for this leaf, in the order of their indexes, from `StoredHashIndex.count(ofLeaves: size)`
    /// on: its own, then those of the subtrees that it completes.
    package mutating func append(_ leaf: MerkleHash) -> [MerkleHash] {
        var made: [MerkleHash] = []
        append(leaf, made: &made)
        return made
    }

    /// The same into an array that the caller keeps, for those who append millions.
    package mutating func append(_ leaf: MerkleHash, made: inout [MerkleHash]) {
        made.removeAll(keepingCapacity: true)
        made.append(leaf)
        var hash = leaf
        for _ in 0..<(~size).trailingZeroBitCount {
            hash = .node(peaks.removeLast(), hash)
            made.append(hash)
        }
        peaks.append(hash)
        size += 1
    }

    /// The Merkle tree hash of all leaves so far (RFC 6962 section 2.1).
    package var root: MerkleHash {
        guard var root = peaks.last else { return .empty }
        for peak in peaks.dropLast().reversed() { root = .node(peak, root) }
        return root
    }
}
