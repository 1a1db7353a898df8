import Contracts
import Foundation
import GRDB
import Storage
import TransparencyLog

/// The signed checkpoints in the log's own file.
struct CheckpointStore: Sendable {
    let store: Store

    /// The tree as it stands, to be signed.
    struct Tree: Sendable {
        let size: Int64
        let root: MerkleHash
    }

    /// The largest one as it was published; nil before the first. On the caller's thread.
    func newestNote() async throws -> Data? {
        try await store.lookUp { db in try Self.newest(in: db)?.note }
    }

    /// Nil while the log has not grown since. Throws `SigningRefusal` where it does not continue what was signed.
    func tree(after last: Checkpoint?) async throws -> Tree? {
        try await store.read { db in
            let size = try LogStore.size(in: db)
            guard size != last?.size ?? 0 else { return nil }
            return Tree(size: size, root: try Self.checkedRoot(of: size, after: last, in: db))
        }
    }

    /// Throws `SigningRefusal`.
    func check(_ last: Checkpoint?) async throws {
        try await store.read { db in
            try SigningRules.check(try LogStore.size(in: db), continues: last) { size in
                try MerkleHash.root(ofFirst: size, reading: LogStore.hashes(in: db))
            }
        }
    }

    /// Compare and swap: appends the checkpoint where `last` is still the newest one and the log still has this root. Never
    /// to be weakened: it is what keeps two histories from being signed.
    ///
    /// Throws `SigningRefusal`, or what writing throws.
    func append(_ signed: SignedCheckpoint, after last: Checkpoint?, at now: Instant) async throws {
        let (new, note) = (signed.checkpoint, signed.note.bytes)
        try await store.write { db in
            let newest = try Self.newest(in: db)
            guard newest?.size == last?.size, newest?.root == last?.root.data else {
                throw SigningRefusal.overtaken(size: newest?.size ?? 0)
            }
            guard try Self.checkedRoot(of: new.size, after: last, in: db) == new.root else {
                throw SigningRefusal.rootDiffers(size: new.size)
            }
            try db.execute(
                sql: "INSERT INTO checkpoint (size, root, note, signed_ms) VALUES (?, ?, ?, ?)",
                arguments: [new.size, new.root.data, note, now.milliseconds])
        }
    }

    struct Newest {
        let size: Int64
        let root, note: Data
    }

    static func newest(in db: Database) throws -> Newest? {
        let statement = try db.cachedStatement(
            sql: "SELECT size, root, note FROM checkpoint ORDER BY size DESC LIMIT 1")
        return try Row.fetchOne(statement).map { Newest(size: $0[0], root: $0[1], note: $0[2]) }
    }

    private static func checkedRoot(of size: Int64, after last: Checkpoint?, in db: Database) throws -> MerkleHash {
        let root = { try MerkleHash.root(ofFirst: $0, reading: LogStore.hashes(in: db)) }
        try SigningRules.check(size, continues: last, root: root)
        do { return try root(size) } catch is LogError { throw SigningRefusal.treeBroken(size: size) }
    }
}
