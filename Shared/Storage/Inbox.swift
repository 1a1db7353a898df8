import Foundation
package import GRDB

/// How far a consumer has read each producer's outbox, kept in the consumer's own file.
///
/// Move the cursor in the same `write` as the effect of the events: then a crash repeats neither or both, and events
/// that arrive at least once take effect exactly once.
package enum Inbox {
    package static func addMigration(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("inbox 1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE inbox (
                        source TEXT NOT NULL PRIMARY KEY CHECK (length(source) BETWEEN 1 AND 100),
                        seq INTEGER NOT NULL CHECK (seq >= 0),
                        updated_ms INTEGER NOT NULL
                    ) STRICT;
                    CREATE TRIGGER inbox_never_goes_back BEFORE UPDATE ON inbox WHEN NEW.seq < OLD.seq BEGIN
                        SELECT RAISE(ABORT, 'a cursor never goes back');
                    END;
                    """)
        }
    }

    /// The last sequence number that took effect; 0 at first.
    package static func cursor(of source: String, in db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT seq FROM inbox WHERE source = ?", arguments: [source]) ?? 0
    }

    /// Throws `StorageError.cursorMovedBack` when the cursor stands further already: someone else has read on, and the
    /// effect that belongs to this move must not happen a second time.
    package static func move(_ source: String, to sequence: Int64, in db: Database) throws {
        let current = try cursor(of: source, in: db)
        guard sequence >= current else {
            throw StorageError.cursorMovedBack(source: source, from: current, to: sequence)
        }
        let now = Int64(try db.transactionDate.timeIntervalSince1970 * 1000)
        try db.execute(
            sql: """
                INSERT INTO inbox (source, seq, updated_ms) VALUES (?, ?, ?)
                ON CONFLICT (source) DO UPDATE SET seq = excluded.seq, updated_ms = excluded.updated_ms
                """,
            arguments: [source, sequence, now])
    }
}
