/// Stored hashes out of tiles: of these, who reads a log from outside makes its proofs. The nodes between the levels that
/// tiles have are computed.
package struct TileHashes: Sendable {
    private let size: Int64
    private var tiles: [Tile: [MerkleHash]] = [:]

    /// - Parameter size: of the tree whose tiles are added; it says which of them are partial.
    package init(size: Int64) { self.size = size }

    package mutating func add(_ hashes: [MerkleHash], of tile: Tile) { tiles[tile] = hashes }

    /// The tiles that hold, or whose hashes make, what is stored at these indexes.
    package static func tiles(for indexes: [Int64], in size: Int64) throws -> Set<Tile> {
        try Set(indexes.map { try place(of: $0, in: size).tile })
    }

    /// A `StoredHashReader` over the tiles that were added.
    package func read(_ indexes: [Int64]) throws -> [MerkleHash] {
        try indexes.map { index in
            let (tile, part) = try Self.place(of: index, in: size)
            guard var hashes = tiles[tile].map({ $0[...] }), hashes.count >= part.upperBound else {
                throw ProofError.hashesMissing(asked: indexes.count, given: 0)
            }
            hashes = hashes[part]
            while hashes.count > 1 {
                hashes =
                    stride(from: hashes.startIndex, to: hashes.endIndex, by: 2).map { left in
                        .node(hashes[left], hashes[left + 1])
                    }[...]
            }
            return hashes[hashes.startIndex]
        }
    }

    /// Which hashes of which tile lie below the node, or are it.
    private static func place(of index: Int64, in size: Int64) throws -> (tile: Tile, part: Range<Int>) {
        guard index >= 0, index < StoredHashIndex.count(ofLeaves: size) else { throw ProofError.outOfRange }
        let node = StoredHashIndex.node(at: index)
        let (level, height) = node.level.quotientAndRemainder(dividingBy: 8)
        let (number, first) = (node.offset << Int64(height)).quotientAndRemainder(dividingBy: Int64(Tile.widthMax))
        guard let tile = Tile(.hashes(level: level), index: number, in: size) else { throw ProofError.outOfRange }
        return (tile, Int(first)..<Int(first) + 1 << height)
    }
}

extension StoredHashIndex {
    /// The node whose hash stands there: the inverse of `at`.
    static func node(at index: Int64) -> (level: Int, offset: Int64) {
        // A leaf stands at less than twice its number, by no more than the number of its bits.
        var leaf = index / 2
        while count(ofLeaves: leaf + 1) <= index { leaf += 1 }
        let level = index - count(ofLeaves: leaf)
        return (Int(level), leaf >> level)
    }
}
