import GRDB

/// The checkpoints that were signed, each of a larger tree than the one before.
enum CheckpointSchema {
    static func addMigration(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("checkpoints") { db in
            try db.execute(sql: table)
            try db.execute(sql: guards)
        }
    }

    /// `note` is the signed note, byte for byte as it was published; size and root stand in it too.
    private static let table = """
        CREATE TABLE checkpoint (
            size INTEGER PRIMARY KEY CHECK (size > 0),
            root BLOB NOT NULL CHECK (length(root) = 32),
            note BLOB NOT NULL CHECK (length(note) BETWEEN 1 AND 4096),
            signed_ms INTEGER NOT NULL
        ) STRICT;
        """

    private static let guards = """
        CREATE TRIGGER checkpoint_grows BEFORE INSERT ON checkpoint
        WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoint)
        BEGIN SELECT RAISE(ABORT, 'no checkpoint is signed of a size that was signed before, or of a smaller one'); END;
        CREATE TRIGGER checkpoint_is_of_entries BEFORE INSERT ON checkpoint
        WHEN NEW.size > (SELECT coalesce(max(seq) + 1, 0) FROM entry)
        BEGIN SELECT RAISE(ABORT, 'no checkpoint is signed of entries that are not there'); END;
        CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
        BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
        CREATE TRIGGER checkpoint_remains BEFORE DELETE ON checkpoint
        BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
        """
}
