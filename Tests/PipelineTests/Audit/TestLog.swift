import ArgumentParser
import Crypto
import Foundation
import Testing
import TransparencyLog

@testable import ibpipeline

/// A log in memory: its entries, the hashes that are stored for them, the root at each size, and the key that signs it.
struct TestLog: Sendable {
    static let origin = "log.example/audit"
    static let key = TestLog.signer(origin, .ed25519, seed: 7)

    var entries: [Data] = []
    private var stored: [MerkleHash] = []
    private(set) var roots: [MerkleHash] = [.empty]
    private var tree = MerkleFrontier()

    init(_ count: Int, changed: Set<Int> = []) {
        for index in 0..<count { append(Data((changed.contains(index) ? "other \(index)" : "entry \(index)").utf8)) }
    }

    mutating func append(_ entry: Data) {
        entries.append(entry)
        stored += tree.append(.leaf(entry))
        roots.append(tree.root)
    }

    /// The last entry is what audit writes down when it has pruned all before an index.
    static func pruned(before index: Int, count: Int = 600, source: String = "audit") -> TestLog {
        var log = TestLog(count - 1)
        let entry = #"""
            {"actor":{"id":"\#(source)","kind":"service"},"changes":[{"after":"\#(index)","before":"0","field":\#
            "minimumIndex"},{"after":"2019-01-01T00:00:00.000Z","field":"recordedBefore"}],"id":\#
            "01890a5d-ac96-774b-bcce-b302099a8057","outcome":"success","source":"\#(source)","sourceSeq":9,"subject":{\#
            "id":"log","kind":"log"},"time":"2026-01-01T00:00:00.000Z","type":"audit.pruned","v":2,"version":0}
            """#
        log.append(Data(entry.utf8))
        return log
    }

    /// What audit writes down when it has erased something.
    static func act(_ type: String, about subject: (kind: String, id: String), _ changes: [(String, String)]) -> Data {
        let fields = changes.map { #"{"after":"\#($1)","field":"\#($0)"}"# }.joined(separator: ",")
        let entry = #"""
            {"actor":{"id":"anna","kind":"user"},"changes":[\#(fields)],"id":"01890a5d-ac96-774b-bcce-b302099a8057",\#
            "outcome":"success","source":"audit","sourceSeq":9,"subject":{"id":"\#(subject.id)","kind":\#
            "\#(subject.kind)"},"time":"2026-11-27T08:00:00.000Z","type":"\#(type)","v":2,"version":0}
            """#
        return Data(entry.utf8)
    }

    /// Of a fixed seed, so that a failure can be repeated.
    static func signer(_ name: String, _ algorithm: SignatureAlgorithm, seed: UInt8) -> SignerKey {
        do {
            return try SignerKey(
                name: name, algorithm,
                Curve25519.Signing.PrivateKey(rawRepresentation: Data(repeating: seed, count: 32)))
        } catch { preconditionFailure("\(error)") }
    }

    static var trusted: TrustedLog { TrustedLog(origin: origin, keys: [key.verifier]) }

    func read(_ indexes: [Int64]) -> [MerkleHash] { indexes.map { stored[Int($0)] } }

    func signed(_ size: Int, by key: SignerKey = TestLog.key, origin: String = TestLog.origin) throws -> SignedNote {
        let checkpoint = try #require(Checkpoint(origin: origin, size: Int64(size), root: roots[size]))
        var note = try SignedNote(text: checkpoint.text)
        note.add(try key.sign(note))
        return note
    }

    func request(from old: Int, to size: Int, by key: SignerKey = TestLog.key) throws -> AddCheckpoint {
        let proof = try ConsistencyProof(from: Int64(old), to: Int64(size), reading: read)
        return AddCheckpoint(oldSize: Int64(old), proof: proof.hashes, checkpoint: try signed(size, by: key))
    }

    /// The bytes of a tile; nil for one that the first `size` entries do not have.
    func bytes(of tile: Tile, size: Int) throws -> Data? {
        guard let widest = Tile(tile.content, index: tile.index, in: Int64(size)), widest.width >= tile.width else {
            return nil
        }
        if case .hashes = tile.content { return try tile.bytes(reading: read) }
        let first = Int(tile.index) * Tile.widthMax
        return EntryBundle.encode(Array(entries[first..<first + tile.width]))
    }

    /// What an export of it looks like, with a checkpoint at each of these sizes.
    func export(to directory: ExportDirectory, checkpoints sizes: [Int]) throws {
        let size = try #require(sizes.last)
        for content in [Tile.Content.entries, .hashes(level: 0), .hashes(level: 1)] {
            for tile in Tile.tiles(content, to: Int64(size)) {
                let bytes = try #require(try bytes(of: tile, size: size))
                try directory.write(bytes, to: tile.path)
            }
        }
        for size in sizes { try directory.finish(signed(size), size: Int64(size)) }
    }
}

extension TemporaryFolder {
    var export: ExportDirectory { ExportDirectory(path: "\(path)/log") }

    func verify(_ arguments: [String] = []) async throws -> Printed {
        let command = try VerifyCommand.parse(
            ["--export", export.path, "--key", TestLog.key.verifier.text] + arguments)
        return try await capture { try await command.run(on: $0) }
    }
}
