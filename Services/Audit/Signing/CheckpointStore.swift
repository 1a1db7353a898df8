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

    /// Nil while the log has not grown since. Throws `SigningRefusal` where it does not continue what was signed, or its hashes
    /// are not those of the entries that were appended since.
    func tree(after last: Checkpoint?) async throws -> Tree? {
        try await store.read { db in
            let size = try LogStore.size(in: db)
            guard size != last?.size ?? 0 else { return nil }
            let root = try Self.checkedRoot(of: size, after: last, in: db)
            guard try Self.rootOfEntries(upTo: size, after: last, in: db) == root else {
                throw SigningRefusal.rootDiffers(size: size)
            }
            return Tree(size: size, root: root)
        }
    }

    /// Whether the tree has each of these roots and continues from one to the next. Throws `SigningRefusal`.
    /// - Parameter signed: the smallest first.
    func check(_ signed: [Checkpoint]) async throws {
        try await store.read { db in
            let size = try LogStore.size(in: db)
            var last: Checkpoint?
            for checkpoint in signed {
                try SigningRules.check(size, continues: checkpoint) { size in
                    try MerkleHash.root(ofFirst: size, reading: LogStore.hashes(in: db))
                }
                _ = try Self.checkedRoot(of: checkpoint.size, after: last, in: db)
                last = checkpoint
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

    /// The root of the stored tree, to which its hashes lead from the root that was signed last. That the tree still has that
    /// one is not enough: a hash above entries that were appended since may be another than theirs.
    private static func checkedRoot(of size: Int64, after last: Checkpoint?, in db: Database) throws -> MerkleHash {
        try SigningRules.check(size, continues: last) { size in
            try MerkleHash.root(ofFirst: size, reading: LogStore.hashes(in: db))
        }
        do {
            let root = try MerkleHash.root(ofFirst: size, reading: LogStore.hashes(in: db))
            guard let last else { return root }
            let proof = try ConsistencyProof(from: last.size, to: size, reading: LogStore.hashes(in: db))
            guard proof.holds(from: last.root, to: root) else { throw SigningRefusal.rootDiffers(size: size) }
            return root
        } catch is LogError {
            throw SigningRefusal.treeBroken(size: size)
        }
    }

    /// The root that the entries make which were appended since, on top of the tree that was signed. Of an entry that was pruned
    /// before anything was signed, only the hash is left.
    private static func rootOfEntries(
        upTo size: Int64, after last: Checkpoint?, in db: Database
    ) throws -> MerkleHash {
        do {
            var tree = try MerkleFrontier(size: last?.size ?? 0) { try LogStore.hash(at: $0, in: db) }
            let minimum = min(try LogStore.minimum(in: db), size)
            while tree.size < minimum {
                let leaf = StoredHashIndex.at(level: 0, offset: tree.size)
                _ = tree.append(try LogStore.hash(at: leaf, in: db))
            }
            let rows = try Data.fetchCursor(
                db, sql: "SELECT bytes FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq",
                arguments: [tree.size, size])
            while let bytes = try rows.next() { _ = tree.append(.leaf(bytes)) }
            // Where one is missing, all behind it stand elsewhere.
            guard tree.size == size else { throw LogError.entriesMissing(tree.size..<size) }
            return tree.root
        } catch is LogError {
            throw SigningRefusal.treeBroken(size: size)
        }
    }
}
