import Foundation
import Testing

@testable import TransparencyLog

private let log = Log(standardEntries)

/// Leaf (from 0), size, path: github.com/transparency-dev/merkle, proof/verify_test.go, inclusionProofs.
private let inclusionProofs: [(Int64, Int64, [String])] = [
    (0, 1, []),
    (
        0, 8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    ),
    (
        5, 8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1, 5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    ),
]

/// Old size, new size, proof: the same file, consistencyProofs.
private let consistencyProofs: [(Int64, Int64, [String])] = [
    (1, 1, []),
    (
        1, 8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    ),
    (
        6, 8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    ),
    (
        2, 5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    ),
    (
        6, 7,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    ),
]

@Test func inclusionProofsOfTheStandardLeavesAreTheKnownOnes() throws {
    for (index, size, path) in inclusionProofs {
        let proof = try InclusionProof(of: index, in: size, reading: log.read)
        #expect(proof.hashes == hashes(hex: path))
        #expect(proof.holds(for: log.leaves[Int(index)], root: standardRoots[Int(size) - 1]))
    }
}

@Test func consistencyProofsOfTheStandardLeavesAreTheKnownOnes() throws {
    for (old, new, path) in consistencyProofs {
        let proof = try ConsistencyProof(from: old, to: new, reading: log.read)
        #expect(proof.hashes == hashes(hex: path))
        #expect(proof.holds(from: standardRoots[Int(old) - 1], to: standardRoots[Int(new) - 1]))
    }
}

/// Proofs that a public log served in 2020: golang.org/x/mod, sumdb/tlog/ct_test.go and testdata/argon2020.
@Test func proofsOfACertificateLogHold() throws {
    let root = try #require(MerkleHash(base64: "dwlueapdd7LaOEnX2W2Wp9v2XE+KzejHRQGHwEx0oaM="))
    let entry = try #require(Data(base64Encoded: argonEntry))
    let path = argonPath.compactMap { MerkleHash(base64: $0) }
    #expect(InclusionProof(index: 10_000, size: 961_984_013, hashes: path).holds(for: .leaf(entry), root: root))
    let old = try #require(MerkleHash(base64: "AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ="))
    let proof = argonConsistency.compactMap { MerkleHash(base64: $0) }
    #expect(
        ConsistencyProof(oldSize: 3_654_490, newSize: 961_984_013, hashes: proof).holds(from: old, to: root))
    #expect(
        !ConsistencyProof(oldSize: 3_654_491, newSize: 961_984_013, hashes: proof).holds(from: old, to: root))
}
