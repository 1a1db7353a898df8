import Foundation
import Testing

@testable import TransparencyLog

private let sizeMax = 70
/// Up to this size each of the 256 bits of each hash is turned over; above it a few.
private let allBitsMax = 16

/// Of indexes and sizes: all that reach beyond `sizeMax` are alike.
private let numberBits: [Int64] = Array(0...8) + [31, 62]

private let log = Log(sizeMax)

// The definitions of RFC 6962 sections 2.1.1 and 2.1.2, word by word.

private func split(_ count: Int) -> Int {
    var k = 1
    while k * 2 < count { k *= 2 }
    return k
}

private func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    guard leaves.count > 1 else { return leaves.first ?? .empty }
    let middle = leaves.startIndex + split(leaves.count)
    return .node(root(leaves[..<middle]), root(leaves[middle...]))
}

private func path(_ m: Int, _ leaves: ArraySlice<MerkleHash>) -> [MerkleHash] {
    guard leaves.count > 1 else { return [] }
    let k = split(leaves.count)
    let (left, right) = (leaves.prefix(k), leaves.dropFirst(k))
    return m < k ? path(m, left) + [root(right)] : path(m - k, right) + [root(left)]
}

private func subproof(_ m: Int, _ leaves: ArraySlice<MerkleHash>, _ isComplete: Bool) -> [MerkleHash] {
    if m == leaves.count { return isComplete ? [] : [root(leaves)] }
    let k = split(leaves.count)
    let (left, right) = (leaves.prefix(k), leaves.dropFirst(k))
    return m <= k
        ? subproof(m, left, isComplete) + [root(right)] : subproof(m - k, right, false) + [root(left)]
}

/// On which side each hash of a path joins: all that a path says about the size of its tree.
private func shape(_ m: Int64, _ size: Int64) -> [Bool]? {
    guard (0..<size).contains(m) else { return nil }
    guard size > 1 else { return [] }
    let k = size.split
    return (m < k ? shape(m, k) : shape(m - k, size - k)).map { $0 + [m < k] }
}

private func consistencyShape(_ old: Int64, _ new: Int64, _ isComplete: Bool = true) -> [String]? {
    guard old >= 1, old <= new else { return nil }
    if old == new { return [isComplete ? "known" : "given"] }
    let k = new.split
    return (old <= k ? consistencyShape(old, k, isComplete) : consistencyShape(old - k, new - k, false)).map {
        $0 + ["\(old <= k)"]
    }
}

private func bits(_ size: Int) -> [Int] {
    size <= allBitsMax ? Array(0..<256) : (0..<2).map { _ in Int.random(in: 0..<256) }
}

@Test(arguments: 1...sizeMax)
func everyInclusionProofIsTheDefinedOneAndNoOtherHolds(size: Int) throws {
    let (leaves, root) = (log.leaves, log.roots[size])
    for index in 0..<size {
        let proof = try InclusionProof(of: Int64(index), in: Int64(size), reading: log.read)
        #expect(proof.hashes == path(index, leaves[..<size]))
        #expect(proof.holds(for: leaves[index], root: root))
        var accepted: [String] = []
        func mustFail(_ proof: InclusionProof, _ leaf: MerkleHash, _ root: MerkleHash, _ what: String) {
            if proof.holds(for: leaf, root: root) { accepted.append(what) }
        }
        for bit in bits(size) {
            mustFail(proof, leaves[index].flipping(bit), root, "leaf bit \(bit)")
            mustFail(proof, leaves[index], root.flipping(bit), "root bit \(bit)")
            for at in proof.hashes.indices {
                var hashes = proof.hashes
                hashes[at] = hashes[at].flipping(bit)
                mustFail(proof.with(hashes), leaves[index], root, "hash \(at) bit \(bit)")
            }
        }
        for bit in numberBits {
            mustFail(proof.at(proof.index ^ 1 << bit, proof.size), leaves[index], root, "index bit \(bit)")
            let other = proof.size ^ 1 << bit
            if shape(proof.index, other) != shape(proof.index, proof.size) {
                mustFail(proof.at(proof.index, other), leaves[index], root, "size bit \(bit)")
            }
        }
        for hashes in unfit(proof.hashes) {
            mustFail(proof.with(hashes), leaves[index], root, "\(hashes.count) hashes")
        }
        #expect(accepted.isEmpty, "leaf \(index) of \(size)")
    }
}

@Test(arguments: 1...sizeMax)
func everyConsistencyProofIsTheDefinedOneAndNoOtherHolds(new: Int) throws {
    let leaves = log.leaves[..<new]
    for old in 1...new {
        let (oldRoot, newRoot) = (log.roots[old], log.roots[new])
        let proof = try ConsistencyProof(from: Int64(old), to: Int64(new), reading: log.read)
        #expect(proof.hashes == subproof(old, leaves, true))
        #expect(proof.holds(from: oldRoot, to: newRoot))
        var accepted: [String] = []
        func mustFail(_ proof: ConsistencyProof, _ old: MerkleHash, _ new: MerkleHash, _ what: String) {
            if proof.holds(from: old, to: new) { accepted.append(what) }
        }
        for bit in bits(new) {
            mustFail(proof, oldRoot.flipping(bit), newRoot, "old root bit \(bit)")
            mustFail(proof, oldRoot, newRoot.flipping(bit), "new root bit \(bit)")
            for at in proof.hashes.indices {
                var hashes = proof.hashes
                hashes[at] = hashes[at].flipping(bit)
                mustFail(proof.with(hashes), oldRoot, newRoot, "hash \(at) bit \(bit)")
            }
        }
        for bit in numberBits {
            let (otherOld, otherNew) = (proof.oldSize ^ 1 << bit, proof.newSize ^ 1 << bit)
            if consistencyShape(otherOld, proof.newSize) != consistencyShape(proof.oldSize, proof.newSize) {
                mustFail(proof.between(otherOld, proof.newSize), oldRoot, newRoot, "old size bit \(bit)")
            }
            if consistencyShape(proof.oldSize, otherNew) != consistencyShape(proof.oldSize, proof.newSize) {
                mustFail(proof.between(proof.oldSize, otherNew), oldRoot, newRoot, "new size bit \(bit)")
            }
        }
        for hashes in unfit(proof.hashes) { mustFail(proof.with(hashes), oldRoot, newRoot, "\(hashes.count) hashes") }
        if old != new { mustFail(proof, newRoot, oldRoot, "swapped roots") }
        #expect(accepted.isEmpty, "\(old) to \(new)")
    }
}

/// One hash too many or too few, at either end.
private func unfit(_ hashes: [MerkleHash]) -> [[MerkleHash]] {
    let extra = MerkleHash.leaf(Data("extra".utf8))
    let longer = [hashes + [extra], [extra] + hashes]
    return hashes.isEmpty ? longer : longer + [Array(hashes.dropLast()), Array(hashes.dropFirst())]
}

extension InclusionProof {
    fileprivate func with(_ hashes: [MerkleHash]) -> Self { Self(index: index, size: size, hashes: hashes) }
    fileprivate func at(_ index: Int64, _ size: Int64) -> Self { Self(index: index, size: size, hashes: hashes) }
}

extension ConsistencyProof {
    fileprivate func with(_ hashes: [MerkleHash]) -> Self { Self(oldSize: oldSize, newSize: newSize, hashes: hashes) }
    fileprivate func between(_ old: Int64, _ new: Int64) -> Self { Self(oldSize: old, newSize: new, hashes: hashes) }
}
