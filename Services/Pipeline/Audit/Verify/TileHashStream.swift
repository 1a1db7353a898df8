import TransparencyLog

/// The stored hashes of an export in the order of `StoredHashIndex`, out of its tiles. The nodes between the levels that
/// tiles have are made of the leaves below them.
struct TileHashStream {
    private var levels: [TileLevel] = []
    private var edge = MerkleFrontier()
    private var made: [MerkleHash] = []
    private var taken = 0

    init(_ directory: ExportDirectory, size: Int64) {
        levels = (0..<5).map { TileLevel(directory, level: $0, size: size) }
    }

    /// Nil where the leaves end, or a tile of them is missing.
    mutating func next(report: (String) -> Void) throws -> MerkleHash? {
        if taken < made.count {
            taken += 1
            return made[taken - 1]
        }
        guard let leaf = try levels[0].next(report: report) else { return nil }
        edge.append(leaf, made: &made)
        for level in stride(from: 8, to: made.count, by: 8) where level / 8 < levels.count {
            if let hash = try levels[level / 8].next(report: report) { made[level] = hash }
        }
        taken = 1
        return made[0]
    }
}

/// The hashes of one level of tiles, from the left on.
private struct TileLevel {
    private let directory: ExportDirectory
    private let level: Int
    private let size: Int64
    private var index: Int64 = 0
    private var hashes: [MerkleHash] = []
    private var taken = 0

    init(_ directory: ExportDirectory, level: Int, size: Int64) {
        self.directory = directory
        self.level = level
        self.size = size
    }

    mutating func next(report: (String) -> Void) throws -> MerkleHash? {
        if taken == hashes.count {
            guard let tile = Tile(.hashes(level: level), index: index, in: size) else { return nil }
            guard let read = try directory.bytes(of: tile).flatMap(tile.hashes) else {
                report("\(tile.path) is missing, or not as long as it must be")
                return nil
            }
            (hashes, taken) = (read, 0)
            index += 1
        }
        taken += 1
        return hashes[taken - 1]
    }
}
