package import Foundation

/// A piece of a log as it is served and exported (C2SP tlog-tiles): up to 256 consecutive hashes of one level of the tree,
/// or the entries below 256 leaves. Level 1 has one hash for each full tile of level 0, and so on.
package struct Tile: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// 0 are the leaves.
        case hashes(level: Int)
        case entries
    }

    package static let widthMax = 256
    package static let bytesMax = widthMax * MerkleHash.byteCount
    package static let levelMax = 63

    package let content: Content
    package let index: Int64
    /// How many hashes or entries; a tile of fewer than 256 is partial, and the last of its level.
    package let width: Int

    /// Nil for what no path can name.
    package init?(_ content: Content, index: Int64, width: Int = widthMax) {
        if case .hashes(let level) = content, !(0...Self.levelMax).contains(level) { return nil }
        guard (0..<StoredHashIndex.leavesMax).contains(index), (1...Self.widthMax).contains(width) else { return nil }
        self.content = content
        self.index = index
        self.width = width
    }

    /// The tile there in a tree of `size` leaves; nil where it would be empty.
    package init?(_ content: Content, index: Int64, in size: Int64) {
        let behind = Self.elements(content, in: size) - min(index, StoredHashIndex.leavesMax) * Int64(Self.widthMax)
        self.init(content, index: index, width: Int(min(behind, Int64(Self.widthMax))))
    }

    /// The tiles of one level that a tree of `size` leaves has and one of `old` did not have, the last one perhaps partial.
    package static func tiles(_ content: Content, from old: Int64 = 0, to size: Int64) -> some Sequence<Tile> {
        let (before, now) = (elements(content, in: old), elements(content, in: size))
        let first = before / Int64(widthMax)
        let end = before < now ? (now + Int64(widthMax) - 1) / Int64(widthMax) : first
        return (first..<end).lazy.compactMap { Tile(content, index: $0, in: size) }
    }

    /// floor(size / 256^level): all there are on the level.
    private static func elements(_ content: Content, in size: Int64) -> Int64 { size >> Int64(8 * content.level) }

    /// The first leaf that does not lie below the full tile (Parameters of Merkle Tree: end index).
    package var endIndex: Int64 {
        let bits = 8 * (content.level + 1)
        let end = (index + 1) << Int64(bits)
        return bits < Int64.bitWidth && end >> Int64(bits) == index + 1 ? end : .max
    }

    /// Whether a log that publishes nothing before `minimumIndex` may refuse this tile (Pruning).
    package func mayBePruned(before minimumIndex: Int64) -> Bool { endIndex <= minimumIndex }

    /// The hashes of the tile one after the other, 8,192 bytes at most. Nil for entries, which no hash can give.
    package func bytes(reading read: StoredHashReader) throws -> Data? {
        guard case .hashes(let level) = content else { return nil }
        // Beyond any tree nothing is stored, and no index fits.
        guard endIndex <= StoredHashIndex.leavesMax else { throw ProofError.outOfRange }
        let first = index * Int64(Self.widthMax)
        let indexes = (first..<first + Int64(width)).map { StoredHashIndex.at(level: 8 * level, offset: $0) }
        let hashes = try read(indexes)
        guard hashes.count == width else { throw ProofError.hashesMissing(asked: width, given: hashes.count) }
        return hashes.reduce(into: Data(capacity: width * MerkleHash.byteCount)) { $1.write(to: &$0) }
    }

    /// The hashes in a tile that somebody served; nil for another length than its width wants.
    package func hashes(in bytes: Data) -> [MerkleHash]? {
        guard bytes.count == width * MerkleHash.byteCount else { return nil }
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: MerkleHash.byteCount).compactMap {
            MerkleHash(bytes[$0..<$0 + MerkleHash.byteCount])
        }
    }
}

extension Tile.Content {
    /// Entries lie where the leaves lie.
    var level: Int {
        switch self {
        case .hashes(let level): level
        case .entries: 0
        }
    }
}
