import Foundation

@testable import TransparencyLog

/// The leaves whose roots and proofs all implementations of RFC 6962 agree on
/// (github.com/transparency-dev/merkle, proof/verify_test.go).
let standardEntries = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
].map(data(hex:))

let standardRoots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
].compactMap { MerkleHash(data(hex: $0)) }

func data(hex: String) -> Data {
    Data(stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) })
}

func hashes(hex: [String]) -> [MerkleHash] { hex.compactMap { MerkleHash(data(hex: $0)) } }

extension MerkleHash {
    /// With one bit of 256 turned over.
    func flipping(_ bit: Int) -> MerkleHash {
        var bytes = data
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return MerkleHash(bytes) ?? .empty
    }
}

/// A log in memory: its entries, the hashes that are stored for them, and the root at each size.
struct Log {
    var entries: [Data] = []
    var stored: [MerkleHash] = []
    var roots: [MerkleHash] = [.empty]
    private var tree = MerkleFrontier()

    init(_ entries: [Data]) { for entry in entries { append(entry) } }

    init(_ count: Int) { self.init((0..<count).map { Data("entry \($0)".utf8) }) }

    mutating func append(_ entry: Data) {
        entries.append(entry)
        stored += tree.append(.leaf(entry))
        roots.append(tree.root)
    }

    var leaves: [MerkleHash] { entries.map { .leaf($0) } }

    func read(_ indexes: [Int64]) -> [MerkleHash] { indexes.map { stored[Int($0)] } }
}

/// Random numbers that are the same in each run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// One to three small changes: a bit, a byte out, a byte in, a piece copied elsewhere.
    mutating func mutated(_ bytes: Data) -> Data {
        var bytes = Array(bytes)
        for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
            let at = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &self), at: at)
            default:
                let end = Int.random(in: at...min(at + 40, bytes.count), using: &self)
                bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &self))
            }
        }
        return Data(bytes)
    }
}
