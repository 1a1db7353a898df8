import Foundation
import NIOHTTP1
import TransparencyLog

/// Reads the log that a cluster serves as C2SP tlog-tiles. What comes back is checked for its form alone.
struct LogClient: Sendable {
    static let prefix = "/api/audit/log/"
    static let bundleBytesMax = Tile.widthMax * (2 + EntryBundle.entryBytesMax)
    /// Tiles that are fetched at the same time.
    static let fetchesMax = 4

    let api: APIClient
    let token: @Sendable () throws -> String?

    func checkpoint() async throws -> SignedNote {
        guard let bytes = try await get("checkpoint", bytesMax: SignedNote.bytesMax) else {
            throw CommandFailure(line: "\(api.base) serves no log, or not to the owner of this token.")
        }
        do {
            return try SignedNote(bytes)
        } catch {
            throw CommandFailure(line: "\(api.base) serves a checkpoint that is none: \(error)")
        }
    }

    /// The bytes of a tile at the width that it is asked for; nil where it is not served.
    func bytes(of tile: Tile) async throws -> Data? {
        let own = try await get(tile.path, bytesMax: Self.bundleBytesMax)
        if let own { return try checked(own, as: tile) }
        // A partial tile may be gone once the full one is there (C2SP tlog-tiles, Partial Tiles).
        guard tile.width < Tile.widthMax, let full = Tile(tile.content, index: tile.index) else { return nil }
        let wider = try await get(full.path, bytesMax: Self.bundleBytesMax)
        guard let wider else { return nil }
        return tile.cut(from: try checked(wider, as: full))
    }

    private func checked(_ bytes: Data, as tile: Tile) throws -> Data {
        guard tile.fits(bytes) else {
            throw CommandFailure(line: "\(api.base) serves \(tile.path) in a form that it may not have.")
        }
        return bytes
    }

    /// A proof that nothing before `old` was changed, out of the tiles of `new`. It is still to be verified.
    func consistencyProof(from old: Int64, to new: Int64) async throws -> ConsistencyProof {
        let tiles = try TileHashes.tiles(for: Self.indexes(from: old, to: new), in: new)
        var hashes = TileHashes(size: new)
        for tile in tiles {
            let served = try await bytes(of: tile)
            guard let served, let found = tile.hashes(in: served) else {
                throw CommandFailure(line: "\(api.base) does not serve \(tile.path).")
            }
            hashes.add(found, of: tile)
        }
        return try Self.proof(from: old, to: new, of: hashes)
    }

    /// Where the hashes stand that the proof is made of.
    private static func indexes(from old: Int64, to new: Int64) throws -> [Int64] {
        var indexes: [Int64] = []
        _ = try ConsistencyProof(from: old, to: new) { asked in
            indexes = asked
            return asked.map { _ in .empty }
        }
        return indexes
    }

    private static func proof(from old: Int64, to new: Int64, of hashes: TileHashes) throws -> ConsistencyProof {
        try ConsistencyProof(from: old, to: new) { try hashes.read($0) }
    }

    /// Nil for what is not there.
    private func get(_ path: String, bytesMax: Int) async throws -> Data? {
        let bearer = try token()
        do {
            return try await api.send(.GET, Self.prefix + path, token: bearer, answerBytesMax: bytesMax)
        } catch let problem as APIProblem where problem.status == 404 || problem.status == 410 {
            return nil
        } catch let problem as APIProblem {
            let hint =
                problem.status == 401 || problem.status == 403
                ? " (the token is that of a person who may read the log: --token-file or IBP_TOKEN)"
                : ""
            throw CommandFailure(line: "\(api.base)\(Self.prefix)\(path): \(problem)\(hint)")
        }
    }
}

extension Tile {
    /// Whether these may be its bytes.
    func fits(_ bytes: Data) -> Bool {
        switch content {
        case .hashes: bytes.count == width * MerkleHash.byteCount
        case .entries: EntryBundle.decode(bytes, width: width) != nil
        }
    }

    /// This tile out of the bytes of a wider one at its place; nil where they are not that wide.
    func cut(from wider: Data) -> Data? {
        switch content {
        case .hashes:
            guard wider.count >= width * MerkleHash.byteCount else { return nil }
            return wider.prefix(width * MerkleHash.byteCount)
        case .entries:
            let entries = EntryBundle.readable(wider, width: width).entries
            return entries.count == width ? EntryBundle.encode(entries) : nil
        }
    }

    /// The first entry, as the log counts them, that a wider bundle has otherwise than this one; nil where it begins with all
    /// of them.
    func firstDifference(_ own: Data, _ wider: Data) -> Int64? {
        let (entries, rest) = EntryBundle.readable(own, width: width)
        let others = EntryBundle.readable(wider, width: width).entries
        let same = zip(entries, others).prefix { $0.0 == $0.1 }.count
        return same < width || !rest.isEmpty ? index * Int64(Self.widthMax) + Int64(same) : nil
    }
}
