import Contracts
import Foundation
import Testing
import TransparencyLog

@testable import audit

/// MTH(D[n]) of RFC 6962 section 2.1, as it stands there.
private func treeHash(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    guard leaves.count > 1 else { return leaves.first ?? .empty }
    var half = 1
    while 2 * half < leaves.count { half *= 2 }
    let middle = leaves.startIndex + half
    return .node(treeHash(leaves[..<middle]), treeHash(leaves[middle...]))
}

private func leaves(_ events: [SequencedEvent]) -> [MerkleHash] {
    events.map { .leaf(EntryBytes.make($0.event, source: "deals", sequence: $0.sequence)) }
}

@Test func tilesAreThoseOfTheTreeAtAnySize() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    var all: [MerkleHash] = []
    for _ in 0..<4 {
        all += leaves(try await fixture.grow(all.count + 1...all.count + Int.random(in: 1...300)))
        await signer.sign()
        let size = Int64(all.count)
        for level in 0...1 {
            let below = 1 << (8 * level)
            let nodes = (0..<all.count / below).map { treeHash(all[$0 * below..<($0 + 1) * below]) }
            for tile in Tile.tiles(.hashes(level: level), to: size) {
                for width in Set([1, tile.width, Int.random(in: 1...tile.width)]) {
                    let part = try #require(Tile(tile.content, index: tile.index, width: width))
                    let first = Int(tile.index) * Tile.widthMax
                    let expected = nodes[first..<first + width].reduce(into: Data()) { $0 += $1.data }
                    #expect(try await fixture.log.hashes(of: part) == expected)
                }
            }
        }
    }
    try await fixture.remove()
}

@Test func bundlesHoldTheEntriesThatWereHashed() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    let events = try await fixture.grow(1...300)
    await signer.sign()
    var found: [MerkleHash] = []
    for tile in Tile.tiles(.entries, to: 300) {
        let bundle = try #require(try await fixture.log.bundle(of: tile))
        found += try #require(EntryBundle.decode(bundle, width: tile.width)).map { MerkleHash.leaf(Data($0)) }
    }
    #expect(found == leaves(events))
    try await fixture.remove()
}

@Test func nothingIsPublishedThatIsNotSigned() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    let one = try #require(Tile(.hashes(level: 0), index: 0, width: 1))
    try await fixture.grow(1...5)
    #expect(try await fixture.log.hashes(of: one) == nil)
    await signer.sign()
    try await fixture.grow(6...9)
    #expect(try await fixture.log.hashes(of: one) != nil)
    for content in [Tile.Content.hashes(level: 0), .entries] {
        let (signed, more) = (
            try #require(Tile(content, index: 0, width: 5)), try #require(Tile(content, index: 0, width: 6))
        )
        if content == .entries {
            #expect(try await fixture.log.bundle(of: signed) != nil)
            #expect(try await fixture.log.bundle(of: more) == nil)
        } else {
            #expect(try await fixture.log.hashes(of: signed) != nil)
            #expect(try await fixture.log.hashes(of: more) == nil)
        }
    }
    for (level, index) in [(0, Int64(1)), (1, 0), (8, 0), (63, 1 << 30)] {
        let tile = try #require(Tile(.hashes(level: level), index: index))
        #expect(try await fixture.log.hashes(of: tile) == nil)
    }
    try await fixture.remove()
}

@Test func anEntryThatIsTooLongForABundleIsCut() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    var long = deal(1)
    long.event.changes = (0..<400).map {
        FieldChange("field\($0)", before: nil, after: String(repeating: "é", count: 300))
    }
    var endless = deal(2)
    endless.event.changes = (0..<9000).map { FieldChange("field\($0)", before: "a", after: nil) }
    try await fixture.log.append([long, endless, deal(3)], from: "deals")
    await signer.sign()
    let tile = try #require(Tile(.entries, index: 0, width: 3))
    let bundle = try #require(try await fixture.log.bundle(of: tile))
    let entries = try #require(EntryBundle.decode(bundle, width: 3))
    let cut = try LoggedEntry(bytes: Data(entries[0])).event(with: [:]).changes
    #expect(cut.count == 400)
    #expect(cut.allSatisfy { $0.after == String(repeating: "é", count: 50) + "…" })
    let left = try LoggedEntry(bytes: Data(entries[1])).event(with: [:]).changes
    #expect(left.map(\.after) == ["9000 fields, too long for an entry"])
    #expect(try await fixture.verify().ok)
    try await fixture.remove()
}
