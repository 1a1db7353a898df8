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

private func data(hex: String) -> Data {
    Data(stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) })
}

private func hex(_ hash: MerkleHash) -> String {
    hash.data.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
}

private struct Missing: Error {}

private let entries = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
].map(data(hex:))

private let roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

@Test func emptyTreeHasTheHashOfNothing() {
    #expect(hex(MerkleFrontier().root) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}

@Test func rootsOfTheStandardLeavesAreTheKnownOnes() {
    var tree = MerkleFrontier()
    for (entry, root) in zip(entries, roots) {
        _ = tree.append(.leaf(entry))
        #expect(hex(tree.root) == root)
    }
}

@Test func hashesAreNumberedLeafFirstThenWhatItCompletes() {
    #expect((0...6).map { StoredHashIndex.at(level: 0, offset: $0) } == [0, 1, 3, 4, 7, 8, 10])
    #expect((0...2).map { StoredHashIndex.at(level: 1, offset: $0) } == [2, 5, 9])
    #expect(StoredHashIndex.at(level: 2, offset: 0) == 6)
    #expect((0...7).map(StoredHashIndex.count(ofLeaves:)) == [0, 1, 3, 4, 7, 8, 10, 11])
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
