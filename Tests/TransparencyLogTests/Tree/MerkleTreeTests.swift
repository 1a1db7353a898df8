import Foundation
import Testing

@testable import TransparencyLog

/// The definition of RFC 6962 section 2.1, word by word.
private func naiveRoot(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    guard let first = leaves.first else { return .empty }
    guard leaves.count > 1 else { return first }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return .node(naiveRoot(leaves[..<middle]), naiveRoot(leaves[middle...]))
}

private struct Missing: Error {}

@Test func emptyTreeHasTheHashOfNothing() {
    #expect(MerkleFrontier().root.data == data(hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
}

@Test func rootsOfTheStandardLeavesAreTheKnownOnes() {
    var tree = MerkleFrontier()
    for (entry, root) in zip(standardEntries, standardRoots) {
        _ = tree.append(.leaf(entry))
        #expect(tree.root == root)
    }
}

@Test func hashesAreNumberedLeafFirstThenWhatItCompletes() {
    #expect((0...6).map { StoredHashIndex.at(level: 0, offset: $0) } == [0, 1, 3, 4, 7, 8, 10])
    #expect((0...2).map { StoredHashIndex.at(level: 1, offset: $0) } == [2, 5, 9])
    #expect(StoredHashIndex.at(level: 2, offset: 0) == 6)
    #expect((0...7).map(StoredHashIndex.count(ofLeaves:)) == [0, 1, 3, 4, 7, 8, 10, 11])
    #expect((0...10).map { StoredHashIndex.place(of: $0).leaf } == [0, 1, 1, 2, 3, 3, 3, 4, 5, 5, 6])
    #expect((0...10).map { StoredHashIndex.place(of: $0).level } == [0, 0, 1, 0, 0, 1, 2, 0, 0, 1, 0])
}

@Test func largestTreeHasIndexesWithoutOverflow() {
    #expect(StoredHashIndex.count(ofLeaves: StoredHashIndex.leavesMax) == 2 * StoredHashIndex.leavesMax - 1)
}

@Test func treesOfAllSizesUpTo300AgreeWithTheDefinition() throws {
    var leaves: [MerkleHash] = []
    var stored: [MerkleHash] = []
    var tree = MerkleFrontier()
    for _ in 0..<300 {
        let leaf = MerkleHash.leaf(Data((0..<Int.random(in: 0...80)).map { _ in UInt8.random(in: .min ... .max) }))
        leaves.append(leaf)
        #expect(Int64(stored.count) == StoredHashIndex.count(ofLeaves: tree.size))
        stored += tree.append(leaf)
        #expect(tree.root == naiveRoot(leaves[...]))
        let reread = try MerkleFrontier(size: tree.size) { index in
            guard stored.indices.contains(Int(index)) else { throw Missing() }
            return stored[Int(index)]
        }
        #expect(reread.root == tree.root)
    }
}

@Test func everyStoredNodeIsTheHashOfItsChildren() {
    var stored: [MerkleHash] = []
    var tree = MerkleFrontier()
    for leaf in 0..<100 { stored += tree.append(.leaf(Data([UInt8(leaf)]))) }
    func hash(_ level: Int, _ offset: Int64) -> MerkleHash {
        stored[Int(StoredHashIndex.at(level: level, offset: offset))]
    }
    for level in 1...6 {
        for offset in 0..<Int64(100 >> level) {
            #expect(hash(level, offset) == .node(hash(level - 1, 2 * offset), hash(level - 1, 2 * offset + 1)))
        }
    }
}

@Test func hashesOfAnyOtherLengthAreRefused() {
    #expect(MerkleHash(Data(count: 31)) == nil)
    #expect(MerkleHash(Data(count: 33)) == nil)
    #expect(MerkleHash(MerkleHash.empty.data) == .empty)
}
