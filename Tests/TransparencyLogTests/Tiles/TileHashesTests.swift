import Testing

@testable import TransparencyLog

struct TileHashesTests {
    @Test func nodesAreFoundByTheirIndexes() {
        for level in 0..<12 {
            for offset: Int64 in [0, 1, 2, 3, 77, 255, 256, 1023] {
                let node = StoredHashIndex.node(at: StoredHashIndex.at(level: level, offset: offset))
                #expect(node == (level, offset))
            }
        }
    }

    @Test(arguments: [1, 2, 255, 256, 257, 300, 1024, 1300]) func proofsOutOfTilesAreThoseOutOfTheStore(size: Int)
        throws
    {
        let log = Log(size)
        var hashes = TileHashes(size: Int64(size))
        for level in 0...1 {
            for tile in Tile.tiles(.hashes(level: level), to: Int64(size)) {
                let bytes = try #require(try tile.bytes(reading: log.read))
                hashes.add(try #require(tile.hashes(in: bytes)), of: tile)
            }
        }
        for old in [1, size / 2, size - 1, size].map(Int64.init) where old > 0 {
            let proof = try ConsistencyProof(from: old, to: Int64(size), reading: hashes.read)
            #expect(try proof == ConsistencyProof(from: old, to: Int64(size), reading: log.read))
        }
    }

    @Test func onlyTheTilesOfTheProofAreAskedFor() throws {
        var asked: [Int64] = []
        _ = try ConsistencyProof(from: 70_000, to: 100_000) { indexes in
            asked = indexes
            return indexes.map { _ in .empty }
        }
        let tiles = try TileHashes.tiles(for: asked, in: 100_000)
        #expect(tiles.count <= 6)
        #expect(throws: ProofError.self) { try TileHashes(size: 100_000).read(asked) }
        #expect(throws: ProofError.self) { try TileHashes.tiles(for: [1 << 50], in: 100_000) }
    }
}
