import Foundation
import GRDB
import Storage
import TransparencyLog

/// The stored tree, by the indexes of `StoredHashIndex`.
extension LogStore {
    static func size(in db: Database) throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(seq) + 1 FROM entry")) ?? 0
    }

    /// - Throws: `LogError.hashMissing`
    static func hash(at index: Int64, in db: Database) throws -> MerkleHash {
        let place = StoredHashIndex.place(of: index)
        let stored = try db.cachedStatement(sql: "SELECT substr(hashes, ?, 32) FROM node WHERE seq = ?")
        let first = place.level * MerkleHash.byteCount + 1
        guard let hash = try Data.fetchOne(stored, arguments: [first, place.leaf]).flatMap({ MerkleHash($0) }) else {
            throw LogError.hashMissing(index: index)
        }
        return hash
    }

    static func hashes(in db: Database) -> StoredHashReader {
        { indexes in try indexes.map { try hash(at: $0, in: db) } }
    }

    /// - Parameter hashes: what `MerkleFrontier.append` made of the leaf.
    static func add(_ hashes: [MerkleHash], of seq: Int64, in db: Database) throws {
        let add = try db.cachedStatement(sql: "INSERT INTO node (seq, hashes) VALUES (?, ?)")
        try add.execute(arguments: [seq, hashes.reduce(into: Data()) { $0 += $1.data }])
    }
}

/// The stored hashes of one entry after the other, read once beside the entries.
struct StoredNodes {
    private let rows: RowCursor
    private var ahead: (seq: Int64, hashes: [MerkleHash])?

    init(_ db: Database) throws {
        rows = try Row.fetchCursor(db, sql: "SELECT seq, hashes FROM node ORDER BY seq")
        try advance()
    }

    /// What is stored for this entry; empty where nothing is, or nothing that could be hashes. Numbers only go forward.
    mutating func take(_ seq: Int64) throws -> [MerkleHash] {
        while let ahead, ahead.seq < seq { try advance() }
        guard let ahead, ahead.seq == seq else { return [] }
        try advance()
        return ahead.hashes
    }

    var hasMore: Bool { ahead != nil }

    private mutating func advance() throws {
        guard let row = try rows.next() else {
            ahead = nil
            return
        }
        let value: DatabaseValue = row[1]
        ahead = (row[0], Self.hashes(Data.fromDatabaseValue(value) ?? Data()))
    }

    private static func hashes(_ stored: Data) -> [MerkleHash] {
        guard stored.count.isMultiple(of: MerkleHash.byteCount) else { return [] }
        return stride(from: stored.startIndex, to: stored.endIndex, by: MerkleHash.byteCount).compactMap {
            MerkleHash(stored[$0..<$0 + MerkleHash.byteCount])
        }
    }
}
