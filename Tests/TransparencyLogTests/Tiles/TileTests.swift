import Foundation
import Testing

@testable import TransparencyLog

private let log = Log(1100)

@Test(
    arguments: [
        ("tile/0/x001/x234/067", Tile.Content.hashes(level: 0), 1_234_067, 256),
        ("tile/0/000", .hashes(level: 0), 0, 256),
        ("tile/3/x123/x456/078.p/2", .hashes(level: 3), 123_456_078, 2),
        ("tile/63/999.p/255", .hashes(level: 63), 999, 255),
        ("tile/entries/x001/000.p/1", .entries, 1000, 1), ("tile/entries/017", .entries, 17, 256),
    ] as [(String, Tile.Content, Int64, Int)])
func pathNamesATileBothWays(path: String, content: Tile.Content, index: Int64, width: Int) {
    let tile = Tile(content, index: index, width: width)
    #expect(tile?.path == path)
    #expect(Tile(path: path) == tile)
}

@Test(arguments: [
    "", "tile", "tile/0", "tile/0/", "tile/64/000", "tile/00/000", "tile/-1/000", "tile/0/0", "tile/0/0000",
    "tile/0/00a",
    "tile/0/001/000", "tile/0/x001", "tile/0/x000/001", "tile/0/x01/001", "tile/0/x001/x002", "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000/5", "tile/0/000.p/5/5", "/tile/0/000",
    "tile/0/000/",
    "tile/data/000", "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/x009/x999/x999/x999/x999/999", "Tile/0/000",
    "tile/0/٠٠٠",
])
func otherPathsAreRefused(path: String) { #expect(Tile(path: path) == nil) }

/// The example of C2SP tlog-tiles, Partial Tiles.
@Test func treeOf70000HasTheTilesOfTheDocument() {
    func tiles(_ level: Int) -> [Int] { Tile.tiles(.hashes(level: level), to: 70_000).map(\.width) }
    #expect(tiles(0) == Array(repeating: 256, count: 273) + [112])
    #expect(tiles(1) == [256, 17])
    #expect(tiles(2) == [1])
    #expect(tiles(3) == [])
    #expect(Tile.tiles(.entries, to: 70_000).map(\.width) == tiles(0))
    #expect(Tile.tiles(.hashes(level: 1), to: 256).map(\.path) == ["tile/1/000.p/1"])
}

/// golang.org/x/mod/sumdb/tlog, tile_test.go, TestNewTilesForSize has other heights; the rule is the same.
@Test func newTilesAreThoseThatGrew() {
    func paths(_ from: Int64, _ to: Int64) -> [String] { Tile.tiles(.entries, from: from, to: to).map(\.path) }
    #expect(paths(256, 256) == [])
    #expect(paths(100, 101) == ["tile/entries/000.p/101"])
    #expect(paths(250, 513) == ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/1"])
    #expect(paths(512, 600) == ["tile/entries/002.p/88"])
}

@Test func eachTileHasTheHashesOfTheSubtreesBelowIt() throws {
    for (level, leaves) in [(0, 1), (1, 256)] {
        for tile in Tile.tiles(.hashes(level: level), to: 1100) {
            let bytes = try #require(try tile.bytes(reading: log.read))
            #expect(bytes.count == tile.width * 32 && bytes.count <= Tile.bytesMax)
            let expected = (0..<tile.width).map { i -> MerkleHash in
                let first = (Int(tile.index) * 256 + i) * leaves
                return Log(Array(log.entries[first..<first + leaves])).roots[leaves]
            }
            #expect(tile.hashes(in: bytes) == expected)
            #expect(tile.hashes(in: bytes.dropLast()) == nil)
        }
    }
    #expect(try Tile(.entries, index: 0)?.bytes(reading: log.read) == nil)
}

@Test func tileThatNoTreeHasAsksForNothing() throws {
    for level in 4...63 {
        let tile = try #require(Tile(.hashes(level: level), index: 1 << 39))
        #expect(throws: ProofError.outOfRange) { try tile.bytes { _ in preconditionFailure("asked") } }
    }
    #expect(Tile(.hashes(level: 0), index: -1) == nil && Tile(.hashes(level: 64), index: 0) == nil)
    #expect(Tile(.entries, index: 0, width: 0) == nil && Tile(.entries, index: 0, width: 257) == nil)
    #expect(Tile(.entries, index: 5, in: 5 * 256) == nil && Tile(.entries, index: 0, in: 0) == nil)
    #expect(Tile(.entries, index: 4, in: 5 * 256)?.width == 256)
}

/// C2SP tlog-tiles, Pruning.
@Test func tileMayGoOnceAllBelowItIsBelowTheMinimumIndex() throws {
    let tile = try #require(Tile(.entries, index: 2))
    #expect(tile.endIndex == 768)
    #expect(!tile.mayBePruned(before: 767) && tile.mayBePruned(before: 768))
    let partial = try #require(Tile(.entries, index: 2, width: 3))
    #expect(!partial.mayBePruned(before: 515))
    let above = try #require(Tile(.hashes(level: 1), index: 0))
    #expect(!above.mayBePruned(before: 65_535) && above.mayBePruned(before: 65_536))
    for level in 0...63 {
        let far = try #require(Tile(.hashes(level: level), index: 1 << 39))
        #expect(far.endIndex > 1 << 39)
    }
}
