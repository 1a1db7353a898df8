extension AuditSchema {
    /// A personal value is written with its entry, and goes only when a redaction says so or the entry is pruned. A redaction
    /// is told by an entry, that of the erasure. The index of the words is an ordinary table: a full-text index would keep
    /// erased words in its old parts for a while.
    static let redaction = """
        CREATE TABLE personal (
            seq INTEGER NOT NULL REFERENCES entry (seq),
            path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 100),
            salt BLOB NOT NULL CHECK (length(salt) = 16),
            value TEXT NOT NULL,
            PRIMARY KEY (seq, path)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE personal_word (
            word TEXT NOT NULL CHECK (length(word) BETWEEN 1 AND 64),
            seq INTEGER NOT NULL,
            path TEXT NOT NULL,
            PRIMARY KEY (word, seq, path)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX personal_word_of_value ON personal_word (seq, path);

        CREATE TABLE redaction (
            seq INTEGER NOT NULL CHECK (seq >= 0),
            path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 100),
            told_by INTEGER NOT NULL CHECK (told_by > seq),
            at_ms INTEGER NOT NULL,
            actor_id TEXT NOT NULL CHECK (length(actor_id) BETWEEN 1 AND 100),
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            PRIMARY KEY (seq, path)
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER personal_is_of_the_newest BEFORE INSERT ON personal
        WHEN NEW.seq <> (SELECT max(seq) FROM entry)
        BEGIN SELECT RAISE(ABORT, 'a personal value is written with its entry'); END;
        CREATE TRIGGER personal_stays BEFORE UPDATE ON personal
        BEGIN SELECT RAISE(ABORT, 'a personal value is never changed'); END;
        CREATE TRIGGER personal_is_erased_by_a_redaction BEFORE DELETE ON personal
        WHEN OLD.seq >= (SELECT seq FROM minimum)
            AND NOT EXISTS (SELECT 1 FROM redaction r WHERE r.seq = OLD.seq AND r.path = OLD.path)
        BEGIN SELECT RAISE(ABORT, 'a personal value is erased by a redaction only'); END;

        CREATE TRIGGER redaction_is_of_a_value BEFORE INSERT ON redaction
        WHEN NOT EXISTS (SELECT 1 FROM personal p WHERE p.seq = NEW.seq AND p.path = NEW.path)
        BEGIN SELECT RAISE(ABORT, 'a redaction is of a value that is there'); END;
        CREATE TRIGGER redaction_is_told_of BEFORE INSERT ON redaction
        WHEN NOT EXISTS (
            SELECT 1 FROM entry t
            WHERE t.seq = NEW.told_by AND t.source = 'audit' AND (t.type = 'audit.user.erased'
                OR (t.type = 'audit.entry.redacted' AND t.subject_id = CAST(NEW.seq AS TEXT))))
        BEGIN SELECT RAISE(ABORT, 'a redaction is told by the entry of an erasure'); END;
        CREATE TRIGGER redaction_stays BEFORE UPDATE ON redaction
        BEGIN SELECT RAISE(ABORT, 'a redaction is never changed'); END;
        CREATE TRIGGER redaction_remains BEFORE DELETE ON redaction
        WHEN OLD.seq >= (SELECT seq FROM minimum)
        BEGIN SELECT RAISE(ABORT, 'a redaction is never deleted'); END;
        """
}
