/// Gives the hashes that are stored at these indexes (`StoredHashIndex`), in the same order. Each proof, root or tile asks
/// once, for all that it needs.
package typealias StoredHashReader = (_ indexes: [Int64]) throws -> [MerkleHash]

/// Why a proof cannot be made; that one does not hold is no error.
package enum ProofError: Error, Hashable {
    /// No such leaf or size, or a size that no log has.
    case outOfRange
    /// The reader did not give what it was asked for.
    case hashesMissing(asked: Int, given: Int)
}

extension MerkleHash {
    /// The Merkle tree hash of the first `size` leaves (RFC 6962 section 2.1), of at most 40 stored hashes.
    package static func root(ofFirst size: Int64, reading read: StoredHashReader) throws -> MerkleHash {
        guard (0...StoredHashIndex.leavesMax).contains(size) else { throw ProofError.outOfRange }
        guard size > 0 else { return .empty }
        return try StoredSubtrees.hashes(of: [0..<size], reading: read)[0]
    }
}

/// Hashes over ranges of leaves. A range must begin where RFC 6962 splits a tree: only then do the complete subtrees that
/// are stored fit into it.
enum StoredSubtrees {
    static func hashes(of ranges: [Range<Int64>], reading read: StoredHashReader) throws -> [MerkleHash] {
        let parts = ranges.map(indexes)
        let needed = parts.flatMap { $0 }
        guard !needed.isEmpty else { return [] }
        let stored = try read(needed)
        guard stored.count == needed.count else {
            throw ProofError.hashesMissing(asked: needed.count, given: stored.count)
        }
        var rest = stored[...]
        return parts.map { part in
            let peaks = rest.prefix(part.count)
            rest = rest.dropFirst(part.count)
            // From the right: the smaller subtrees are the deeper ones.
            return peaks.dropLast().reversed().reduce(peaks[peaks.endIndex - 1]) { .node($1, $0) }
        }
    }

    /// The complete subtrees that make up the range, the largest first.
    private static func indexes(_ range: Range<Int64>) -> [Int64] {
        var indexes: [Int64] = []
        var first = range.lowerBound
        while first < range.upperBound {
            let level = Int64.bitWidth - 1 - (range.upperBound - first).leadingZeroBitCount
            indexes.append(StoredHashIndex.at(level: level, offset: first >> Int64(level)))
            first += 1 << Int64(level)
        }
        return indexes
    }
}

extension Int64 {
    /// The largest power of two smaller than this: where RFC 6962 section 2.1 splits a tree of this many leaves, two at
    /// least.
    var split: Int64 { 1 << Int64(Int64.bitWidth - 1 - (self - 1).leadingZeroBitCount) }
}
