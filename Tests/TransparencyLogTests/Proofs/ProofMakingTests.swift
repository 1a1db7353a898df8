import Foundation
import Testing

@testable import TransparencyLog

private let log = Log(300)

@Test func rootOfEachSizeComesFromTheStoredHashes() throws {
    for size in 0...300 { #expect(try MerkleHash.root(ofFirst: Int64(size), reading: log.read) == log.roots[size]) }
}

@Test func eachProofAsksOnceAndOnlyForWhatItsSizeHas() throws {
    var asked: [[Int64]] = []
    func read(_ indexes: [Int64]) -> [MerkleHash] {
        asked.append(indexes)
        return log.read(indexes)
    }
    for size in Int64(1)...130 {
        let stored = StoredHashIndex.count(ofLeaves: size)
        for other in 0..<size {
            asked = []
            _ = try InclusionProof(of: other, in: size, reading: read)
            _ = try ConsistencyProof(from: other, to: size, reading: read)
            _ = try MerkleHash.root(ofFirst: size, reading: read)
            #expect(asked.count <= 3)
            #expect(asked.joined().allSatisfy { (0..<stored).contains($0) })
        }
    }
}

@Test func proofsOfAMillionLeavesAreShort() throws {
    func read(_ indexes: [Int64]) -> [MerkleHash] { indexes.map { _ in .empty } }
    for _ in 0..<1000 {
        let index = Int64.random(in: 0..<1_000_000)
        #expect(try InclusionProof(of: index, in: 1_000_000, reading: read).hashes.count <= 20)
        #expect(try ConsistencyProof(from: index + 1, to: 1_000_000, reading: read).hashes.count <= 21)
    }
}

@Test func everyTreeContinuesTheEmptyOneAndItself() throws {
    for size in [0, 1, 7, 64] {
        let fromNothing = try ConsistencyProof(from: 0, to: Int64(size), reading: log.read)
        #expect(fromNothing.hashes.isEmpty && fromNothing.holds(from: .empty, to: log.roots[size]))
        #expect(size == 0 || !fromNothing.holds(from: log.roots[size], to: log.roots[size]))
        let same = try ConsistencyProof(from: Int64(size), to: Int64(size), reading: log.read)
        #expect(same.hashes.isEmpty && same.holds(from: log.roots[size], to: log.roots[size]))
    }
}

@Test func whatNoLogHasIsRefused() {
    for (index, size) in [(0, 0), (-1, 5), (5, 5), (0, StoredHashIndex.leavesMax + 1), (0, Int64.max)]
        as [(Int64, Int64)]
    {
        #expect(throws: ProofError.outOfRange) { try InclusionProof(of: index, in: size, reading: log.read) }
    }
    for (old, new) in [(-1, 5), (6, 5), (1, Int64.max)] as [(Int64, Int64)] {
        #expect(throws: ProofError.outOfRange) { try ConsistencyProof(from: old, to: new, reading: log.read) }
    }
    #expect(throws: ProofError.outOfRange) { try MerkleHash.root(ofFirst: -1, reading: log.read) }
}

@Test func readerThatGivesTooFewIsFound() {
    #expect(throws: ProofError.hashesMissing(asked: 3, given: 2)) {
        try InclusionProof(of: 2, in: 8) { Array(log.read($0).dropLast()) }
    }
}

@Test func proofsOfAnySizeAndLengthEnd() {
    var random = Seeded(state: 7)
    let edges: [Int64] = [.min, -1, 0, 1, 2, 3, 1 << 62, .max - 1, .max]
    for count in [0, 1, 2, 62, 63, 64, 100] {
        let hashes = (0..<count).map { MerkleHash.leaf(Data([UInt8($0)])) }
        for a in edges {
            for b in edges + [Int64.random(in: 0 ... .max, using: &random)] {
                #expect(!InclusionProof(index: a, size: b, hashes: hashes).holds(for: .empty, root: .empty) || b == 1)
                let proof = ConsistencyProof(oldSize: a, newSize: b, hashes: hashes)
                #expect(!proof.holds(from: .empty, to: .empty) || count == 0 && (a == b || a == 0))
            }
        }
    }
}
