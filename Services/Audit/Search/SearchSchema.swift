extension AuditSchema {
    /// What entries are found by beside their own columns. It repeats what their bytes say, so it may be written anew, and
    /// an address goes from it when it is erased. `person_id` is the user whom it was done to.
    ///
    /// The full-text index has no personal values. What it holds of an entry is told by `EntryWords`, which must say the same
    /// when the entry is pruned: SQLite takes out of it only what it is shown.
    static let search = """
        CREATE TABLE facet (
            seq INTEGER PRIMARY KEY REFERENCES entry (seq),
            outcome TEXT NOT NULL CHECK (outcome IN ('success', 'refused', 'failed')),
            subject_kind TEXT NOT NULL,
            person_id TEXT,
            address TEXT,
            request_id TEXT,
            trace_id TEXT
        ) STRICT;
        CREATE INDEX facet_by_outcome ON facet (outcome) WHERE outcome <> 'success';
        CREATE INDEX facet_by_subject_kind ON facet (subject_kind);
        CREATE INDEX facet_by_person ON facet (person_id) WHERE person_id IS NOT NULL;
        CREATE INDEX facet_by_address ON facet (address) WHERE address IS NOT NULL;
        CREATE INDEX facet_by_request ON facet (request_id) WHERE request_id IS NOT NULL;
        CREATE INDEX facet_by_trace ON facet (trace_id) WHERE trace_id IS NOT NULL;

        CREATE VIRTUAL TABLE entry_text USING fts5 (
            words, fields, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2');

        CREATE TABLE saved_search (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            owner_id BLOB NOT NULL CHECK (length(owner_id) = 16),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
            name_key TEXT NOT NULL CHECK (length(name_key) > 0),
            is_shared INTEGER NOT NULL CHECK (is_shared IN (0, 1)),
            filter TEXT NOT NULL CHECK (length(filter) BETWEEN 2 AND 8192 AND filter GLOB '{*}'),
            version INTEGER NOT NULL CHECK (version >= 1),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms)
        ) STRICT;
        CREATE UNIQUE INDEX saved_search_own ON saved_search (owner_id, name_key);
        CREATE INDEX saved_search_of ON saved_search (owner_id, id);
        CREATE INDEX saved_search_shared ON saved_search (id) WHERE is_shared = 1;
        CREATE TRIGGER saved_search_version_grows BEFORE UPDATE ON saved_search WHEN NEW.version <> OLD.version + 1
        BEGIN SELECT RAISE(ABORT, 'a saved search changes by one version at a time'); END;
        CREATE TRIGGER saved_search_keeps_its_owner BEFORE UPDATE ON saved_search
        WHEN NEW.id <> OLD.id OR NEW.owner_id <> OLD.owner_id OR NEW.created_ms <> OLD.created_ms
        BEGIN SELECT RAISE(ABORT, 'a saved search keeps its id and owner'); END;
        """
}
