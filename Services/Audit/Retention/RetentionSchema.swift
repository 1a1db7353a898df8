extension AuditSchema {
    /// `minimum` is the index of the first entry that is still there. It only grows, by whole bundles of 256, never past the
    /// newest entry and never under a legal hold; below it, and nowhere else, entries may go. Hashes stay. The newest entry must
    /// tell of the step, by the very bytes that `EntryBytes` makes of it, so that no entry goes unseen.
    static let retention = """
        CREATE TABLE hold (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            is_held INTEGER NOT NULL CHECK (is_held IN (0, 1)),
            reason TEXT CHECK (length(reason) BETWEEN 1 AND 500),
            actor_id TEXT,
            at_ms INTEGER,
            version INTEGER NOT NULL CHECK (version >= 0),
            CHECK ((version = 0) = (reason IS NULL) AND (reason IS NULL) = (actor_id IS NULL)
                AND (reason IS NULL) = (at_ms IS NULL))
        ) STRICT;
        INSERT INTO hold (id, is_held, version) VALUES (1, 0, 0);
        CREATE TRIGGER hold_is_one BEFORE INSERT ON hold BEGIN SELECT RAISE(ABORT, 'there is one hold'); END;
        CREATE TRIGGER hold_remains BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'there is one hold'); END;
        CREATE TRIGGER hold_version_grows BEFORE UPDATE ON hold
        WHEN NEW.id <> OLD.id OR NEW.version <> OLD.version + 1 OR NEW.is_held = OLD.is_held
        BEGIN SELECT RAISE(ABORT, 'a hold is placed or lifted, one version at a time'); END;

        CREATE TABLE minimum (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seq INTEGER NOT NULL CHECK (seq >= 0 AND seq % 256 = 0)
        ) STRICT;
        INSERT INTO minimum (id, seq) VALUES (1, 0);
        CREATE TRIGGER minimum_is_one BEFORE INSERT ON minimum BEGIN SELECT RAISE(ABORT, 'there is one minimum'); END;
        CREATE TRIGGER minimum_remains BEFORE DELETE ON minimum BEGIN SELECT RAISE(ABORT, 'there is one minimum'); END;
        CREATE TRIGGER minimum_only_grows BEFORE UPDATE ON minimum
        WHEN NEW.id <> OLD.id OR NEW.seq <= OLD.seq OR NEW.seq > coalesce((SELECT max(seq) FROM entry), -1)
            OR (SELECT is_held FROM hold)
        BEGIN SELECT RAISE(ABORT, 'the minimum only grows, not past the newest entry, not under a hold'); END;
        CREATE TRIGGER minimum_is_told_of BEFORE UPDATE ON minimum
        WHEN NOT EXISTS (
            SELECT 1 FROM entry
            WHERE seq = (SELECT max(seq) FROM entry) AND type = 'audit.pruned' AND source = 'audit'
                AND instr(bytes, CAST(
                    '{"after":"' || NEW.seq || '","before":"' || OLD.seq || '","field":"minimumIndex"}' AS BLOB)) > 0)
        BEGIN SELECT RAISE(ABORT, 'the newest entry tells how far the log is pruned'); END;

        DROP TRIGGER entry_remains;
        CREATE TRIGGER entry_remains BEFORE DELETE ON entry
        WHEN OLD.seq >= (SELECT seq FROM minimum)
        BEGIN SELECT RAISE(ABORT, 'entries are never deleted but below the minimum'); END;
        """
}
