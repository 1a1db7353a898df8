/// That the tree of the first `newSize` leaves begins with the leaves of the tree of `oldSize` (RFC 6962 section 2.1.2):
/// nothing was changed or removed between the two.
package struct ConsistencyProof: Hashable, Sendable {
    /// What a witness must be sent at most (C2SP tlog-witness, add-checkpoint).
    package static let hashesMax = 63

    package let oldSize: Int64
    package let newSize: Int64
    package let hashes: [MerkleHash]

    package init(oldSize: Int64, newSize: Int64, hashes: [MerkleHash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// PROOF(old, D[new]) of RFC 6962 section 2.1.2. It is empty between equal sizes, and from the empty tree, which
    /// every tree continues.
    package init(from old: Int64, to new: Int64, reading read: StoredHashReader) throws {
        guard old >= 0, old <= new, new <= StoredHashIndex.leavesMax else { throw ProofError.outOfRange }
        var subtrees: [Range<Int64>] = []
        var (first, end) = (Int64(0), new)
        while old > 0, old != end {
            let middle = first + (end - first).split
            if old <= middle {
                subtrees.append(middle..<end)
                end = middle
            } else {
                subtrees.append(first..<middle)
                first = middle
            }
        }
        // Where the old tree is itself a subtree, the verifier knows its hash.
        if first > 0 { subtrees.append(first..<end) }
        self.init(oldSize: old, newSize: new, hashes: try StoredSubtrees.hashes(of: subtrees.reversed(), reading: read))
    }

    /// RFC 9162 section 2.1.4.2.
    package func holds(from oldRoot: MerkleHash, to newRoot: MerkleHash) -> Bool {
        guard oldSize >= 0, oldSize <= newSize, hashes.count <= Self.hashesMax else { return false }
        if oldSize == newSize { return hashes.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return hashes.isEmpty && oldRoot == .empty }

        let isWhole = oldSize & (oldSize - 1) == 0
        var path = hashes[...]
        guard let start = isWhole ? oldRoot : path.popFirst() else { return false }
        var (node, last) = (oldSize - 1, newSize - 1)
        while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
        var (old, new) = (start, start)
        for hash in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                (old, new) = (.node(hash, old), .node(hash, new))
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                new = .node(new, hash)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && old == oldRoot && new == newRoot
    }
}
