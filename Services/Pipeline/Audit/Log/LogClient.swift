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
        if let bytes = try await get(tile.path, bytesMax: Self.bundleBytesMax) { return try checked(bytes, as: tile) }
        // A partial tile may be gone once the full one is there (C2SP tlog-tiles, Partial Tiles).
        guard tile.width < Tile.widthMax, let full = Tile(tile.content, index: tile.index),
            let bytes = try await get(full.path, bytesMax: Self.bundleBytesMax)
        else { return nil }
        return try checked(bytes, as: full).flatMap { tile.cut(from: $0) }
    }

    private func checked(_ bytes: Data, as tile: Tile) throws -> Data? {
        guard tile.fits(bytes) else {
            throw CommandFailure(line: "\(api.base) serves \(tile.path) in a form that it may not have.")
        }
        return bytes
    }

    /// A proof that nothing before `old` was changed, out of the tiles of `new`. It is still to be verified.
    func consistencyProof(from old: Int64, to new: Int64) async throws -> ConsistencyProof {
        var indexes: [Int64] = []
        _ = try ConsistencyProof(from: old, to: new) { asked in
            indexes = asked
            return asked.map { _ in .empty }
        }
        var hashes = TileHashes(size: new)
        for tile in try TileHashes.tiles(for: indexes, in: new) {
            guard let found = try await bytes(of: tile).flatMap(tile.hashes) else {
                throw CommandFailure(line: "\(api.base) does not serve \(tile.path).")
            }
            hashes.add(found, of: tile)
        }
        return try ConsistencyProof(from: old, to: new, reading: hashes.read)
    }

    /// Nil for what is not there.
    private func get(_ path: String, bytesMax: Int) async throws -> Data? {
        do {
            return try await api.send(.GET, Self.prefix + path, token: token(), answerBytesMax: bytesMax)
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
}
