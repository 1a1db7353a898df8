import Foundation
import GRDB
import Storage
import TransparencyLog

/// The log as it is published: nothing beyond the newest checkpoint, so that all of it can be verified.
extension LogStore {
    /// The proof of one entry, or why there is none.
    enum ProofAnswer: Sendable {
        case proof(TlogProof)
        /// It is in the log, and the next checkpoint will cover it.
        case unsigned
        case unknown
    }

    /// 8,192 bytes at most; nil for a tile that the newest checkpoint does not cover, or of entries.
    func hashes(of tile: Tile) async throws -> Data? {
        try await store.read { db in
            guard try Self.isPublished(tile, in: db) else { return nil }
            return try tile.bytes(reading: Self.hashes(in: db))
        }
    }

    /// 16 MiB at most; nil for a bundle that the newest checkpoint does not cover, or that was pruned: bundles go whole (C2SP
    /// tlog-tiles, Pruning), and tiles of hashes never.
    func bundle(of tile: Tile) async throws -> Data? {
        let first = tile.index * Int64(Tile.widthMax)
        let range = first..<first + Int64(tile.width)
        return try await store.read { db in
            guard tile.content == .entries, try Self.isPublished(tile, in: db),
                range.lowerBound >= (try Self.minimum(in: db))
            else { return nil }
            let entries = try Data.fetchAll(
                db.cachedStatement(sql: "SELECT bytes FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq"),
                arguments: [range.lowerBound, range.upperBound])
            guard entries.count == tile.width else { throw LogError.entriesMissing(range) }
            guard let bundle = EntryBundle.encode(entries) else { throw LogError.entryTooLong(among: range) }
            return bundle
        }
    }

    /// Up to the newest checkpoint, so that who has one proof has the newest story of the log, too.
    func proof(of seq: Int64) async throws -> ProofAnswer {
        try await store.read { db in
            guard let newest = try CheckpointStore.newest(in: db), seq < newest.size else {
                return seq < (try Self.size(in: db)) ? .unsigned : .unknown
            }
            let proof = try InclusionProof(of: seq, in: newest.size, reading: Self.hashes(in: db))
            return .proof(TlogProof(proof, checkpoint: try SignedNote(newest.note)))
        }
    }

    private static func isPublished(_ tile: Tile, in db: Database) throws -> Bool {
        let size = try CheckpointStore.newest(in: db)?.size ?? 0
        return tile.width <= Tile(tile.content, index: tile.index, in: size)?.width ?? 0
    }
}
