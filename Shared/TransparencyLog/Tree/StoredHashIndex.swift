/// Where the hash of a node stands in the one growing list in which the tree is stored.
///
/// The numbering is that of the Go checksum database's tlog: each leaf is followed by the nodes that it completes,
/// lowest first, so that the list only ever grows at its end. Nodes of incomplete subtrees are not stored.
/// ```
/// level 2              6
/// level 1      2               5              9
/// level 0   0     1         3     4        7     8     10
/// leaf      0     1         2     3        4     5      6
/// ```
package enum StoredHashIndex {
    /// More than any log will hold, and few enough that no index overflows.
    package static let leavesMax: Int64 = 1 << 40

    /// How many hashes a tree of this many leaves keeps: n at level 0, n/2 at level 1, n/4 at level 2, and so on, whose
    /// sum is 2n less the number of ones in n.
    package static func count(ofLeaves leaves: Int64) -> Int64 { 2 * leaves - Int64(leaves.nonzeroBitCount) }

    /// The node that is number `offset` from the left at `level`; it follows the last of its leaves.
    package static func at(level: Int, offset: Int64) -> Int64 {
        let lastLeaf = ((offset + 1) << level) - 1
        return count(ofLeaves: lastLeaf) + Int64(level)
    }

    /// The leaf with which a node is stored, being the one that completes it, and the node's level: the leaf's own hash
    /// stands first, the others behind it, lowest first.
    package static func place(of index: Int64) -> (leaf: Int64, level: Int) {
        // Each of the leaves before it stores two hashes at most on average, so the search is short.
        var leaf = index / 2
        while count(ofLeaves: leaf + 1) <= index { leaf += 1 }
        return (leaf, Int(index - count(ofLeaves: leaf)))
    }
}
