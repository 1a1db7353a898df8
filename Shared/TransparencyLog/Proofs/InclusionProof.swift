/// That a leaf stands at `index` in the tree of the first `size` leaves: its audit path (RFC 6962 section 2.1.1), from the
/// leaf's sibling up to the root's child.
///
/// The hashes bind the leaf and its place to a root. They do not bind the size wherever two sizes give the path the same
/// shape: that the root is of this size is what the signature of a checkpoint says.
package struct InclusionProof: Hashable, Sendable {
    /// No tree is higher; a longer proof is refused unread.
    package static let hashesMax = 63

    package let index: Int64
    package let size: Int64
    package let hashes: [MerkleHash]

    package init(index: Int64, size: Int64, hashes: [MerkleHash]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// PATH(index, D[size]) of RFC 6962 section 2.1.1.
    package init(of index: Int64, in size: Int64, reading read: StoredHashReader) throws {
        guard index >= 0, index < size, size <= StoredHashIndex.leavesMax else { throw ProofError.outOfRange }
        var siblings: [Range<Int64>] = []
        var (first, end) = (Int64(0), size)
        while end - first > 1 {
            let middle = first + (end - first).split
            if index < middle {
                siblings.append(middle..<end)
                end = middle
            } else {
                siblings.append(first..<middle)
                first = middle
            }
        }
        self.init(
            index: index, size: size, hashes: try StoredSubtrees.hashes(of: siblings.reversed(), reading: read))
    }

    /// The root of which this is a proof for `leaf` (RFC 9162 section 2.1.3.2); nil where the number of hashes is not that
    /// of the path.
    package func root(over leaf: MerkleHash) -> MerkleHash? {
        guard index >= 0, index < size, hashes.count <= Self.hashesMax else { return nil }
        var (node, last) = (index, size - 1)
        var root = leaf
        for hash in hashes {
            guard last > 0 else { return nil }
            if node & 1 == 1 || node == last {
                root = .node(hash, root)
                // At the right edge the path skips the levels at which it has no sibling.
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                root = .node(root, hash)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 ? root : nil
    }

    package func holds(for leaf: MerkleHash, root: MerkleHash) -> Bool { self.root(over: leaf) == root }
}
