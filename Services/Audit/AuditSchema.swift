import GRDB
import Storage

/// The tables of `audit.sqlite`. Entries and hashes only ever grow at their end; the schema itself refuses the rest, but
/// that entries below the minimum may go: see `retention`.
///
/// The columns beside `bytes` repeat what stands in them, for search; verification compares the two. `recorded_ms`
/// alone is not in the bytes: it is when this service wrote the row, and the tree does not vouch for it.
enum AuditSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        Inbox.addMigration(to: &migrator)
        migrator.registerMigration("audit log") { db in
            try db.execute(sql: tables)
            try db.execute(sql: guards)
        }
        NodeSchema.addMigration(to: &migrator)
        CheckpointSchema.addMigration(to: &migrator)
        DeadLetters.addMigration(to: &migrator)
        // After `retention`, whose minimum the guards of `redaction` ask for.
        migrator.registerMigration("audit entries") { db in
            try db.execute(sql: retention)
            try db.execute(sql: redaction)
            try db.execute(sql: search)
            try EntryIndex.fill(in: db)
        }
        return migrator
    }

    private static let tables = """
        CREATE TABLE entry (
            seq INTEGER PRIMARY KEY CHECK (seq >= 0),
            bytes BLOB NOT NULL CHECK (length(bytes) > 0),
            event_id TEXT NOT NULL UNIQUE,
            time_ms INTEGER NOT NULL,
            type TEXT NOT NULL,
            actor_id TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            subject_number TEXT,
            source TEXT NOT NULL,
            source_seq INTEGER NOT NULL CHECK (source_seq > 0),
            recorded_ms INTEGER NOT NULL,
            UNIQUE (source, source_seq)
        ) STRICT;
        CREATE INDEX entry_by_time ON entry (time_ms);
        CREATE INDEX entry_by_type ON entry (type);
        CREATE INDEX entry_by_actor ON entry (actor_id);
        CREATE INDEX entry_by_subject ON entry (subject_id);
        CREATE INDEX entry_by_subject_number ON entry (subject_number) WHERE subject_number IS NOT NULL;

        CREATE TABLE hash (
            idx INTEGER PRIMARY KEY CHECK (idx >= 0),
            value BLOB NOT NULL CHECK (length(value) = 32)
        ) STRICT;
        """

    private static let guards = """
        CREATE TRIGGER entry_is_next BEFORE INSERT ON entry
        WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM entry)
        BEGIN SELECT RAISE(ABORT, 'entries are appended at the end'); END;
        CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
        CREATE TRIGGER entry_remains BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;

        CREATE TRIGGER hash_is_next BEFORE INSERT ON hash
        WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM hash)
        BEGIN SELECT RAISE(ABORT, 'hashes are appended at the end'); END;
        CREATE TRIGGER hash_stays BEFORE UPDATE ON hash
        BEGIN SELECT RAISE(ABORT, 'hashes are never changed'); END;
        CREATE TRIGGER hash_remains BEFORE DELETE ON hash
        BEGIN SELECT RAISE(ABORT, 'hashes are never deleted'); END;
        """
}
