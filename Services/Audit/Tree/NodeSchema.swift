import Foundation
import GRDB
import TransparencyLog

/// The hashes of the tree, all that an entry completes in one row: its own, then those of the subtrees above it, lowest
/// first. A row for each hash took 83 bytes an entry and two inserts; this takes 75 and one.
/// ```
/// seq       0      1         2      3             4      5
/// hashes    0      1 0-1     2      3 2-3 0-3     4      5 4-5
/// ```
enum NodeSchema {
    static func addMigration(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("hashes by entry") { db in
            try db.execute(sql: table)
            try copy(in: db)
            try db.execute(sql: "DROP TABLE hash")
            try db.execute(sql: guards)
        }
    }

    private static let table = """
        CREATE TABLE node (
            seq INTEGER PRIMARY KEY CHECK (seq >= 0),
            hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 1312 AND length(hashes) % 32 = 0)
        ) STRICT;
        """

    private static let guards = """
        CREATE TRIGGER node_is_next BEFORE INSERT ON node
        WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM node)
        BEGIN SELECT RAISE(ABORT, 'hashes are appended at the end'); END;
        CREATE TRIGGER node_stays BEFORE UPDATE ON node
        BEGIN SELECT RAISE(ABORT, 'hashes are never changed'); END;
        CREATE TRIGGER node_remains BEFORE DELETE ON node
        BEGIN SELECT RAISE(ABORT, 'hashes are never deleted'); END;
        """

    /// Ends where a hash is missing: what was damaged before stays damaged, and verification names it.
    private static func copy(in db: Database) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT idx, value FROM hash ORDER BY idx")
        let add = try db.makeStatement(sql: "INSERT INTO node (seq, hashes) VALUES (?, ?)")
        var (next, seq, hashes): (Int64, Int64, Data) = (0, 0, Data())
        while let row = try rows.next() {
            let (index, hash): (Int64, Data) = (row[0], row[1])
            guard index == next else { return }
            next += 1
            hashes.append(hash)
            guard next == StoredHashIndex.count(ofLeaves: seq + 1) else { continue }
            try add.execute(arguments: [seq, hashes])
            seq += 1
            hashes = Data()
        }
    }
}
