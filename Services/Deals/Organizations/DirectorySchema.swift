extension DealsSchema {
    static let directory = organizationAliases + organizationMerges + personWords

    /// Other names of an organization; `shared` is its organization's. Each kind has its index for itself, as names have.
    private static let organizationAliases = """
        CREATE TABLE organization_alias (
            organization_id BLOB NOT NULL REFERENCES organization (id),
            position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 20),
            alias TEXT NOT NULL CHECK (length(alias) BETWEEN 1 AND 200),
            alias_key TEXT NOT NULL,
            shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
            PRIMARY KEY (organization_id, position),
            UNIQUE (organization_id, alias_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX organization_alias_shared ON organization_alias (alias_key, organization_id) WHERE shared = 1;
        CREATE INDEX organization_alias_hidden ON organization_alias (alias_key, organization_id) WHERE shared = 0;
        CREATE INDEX organization_shared_by_country ON organization (country, name_key, id)
            WHERE country IS NOT NULL AND shared = 1 AND merged_into IS NULL;
        CREATE INDEX organization_shared_by_sector ON organization (sector, name_key, id)
            WHERE sector IS NOT NULL AND shared = 1 AND merged_into IS NULL;

        """

    /// What each merge moved, row by row: the table's `kind`, the row, and the version that it had then. A row that a later
    /// merge moved on and its undoing brought back stands there again, with the version it has since. `source_version`
    /// is the one with which the source was closed, and so names its last merge.
    private static let organizationMerges = """
        CREATE TABLE organization_merge (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            source_id BLOB NOT NULL REFERENCES organization (id),
            target_id BLOB NOT NULL REFERENCES organization (id) CHECK (target_id <> source_id),
            source_version INTEGER NOT NULL,
            by_user_id BLOB NOT NULL CHECK (length(by_user_id) = 16),
            at_ms INTEGER NOT NULL,
            UNIQUE (source_id, source_version)
        ) STRICT;
        CREATE INDEX organization_merge_into ON organization_merge (target_id, at_ms, id);
        CREATE TABLE organization_merge_row (
            merge_id BLOB NOT NULL REFERENCES organization_merge (id),
            kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
            row_id BLOB NOT NULL CHECK (length(row_id) = 16),
            version INTEGER NOT NULL,
            PRIMARY KEY (merge_id, kind, row_id, version)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX organization_merge_row_moved ON organization_merge_row (row_id, kind, version);
        CREATE TABLE organization_merge_alias (
            merge_id BLOB NOT NULL REFERENCES organization_merge (id),
            alias_key TEXT NOT NULL,
            PRIMARY KEY (merge_id, alias_key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE organization_unmerge (
            merge_id BLOB NOT NULL PRIMARY KEY REFERENCES organization_merge (id),
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            by_user_id BLOB NOT NULL CHECK (length(by_user_id) = 16),
            at_ms INTEGER NOT NULL
        ) STRICT;
        \(["", "_row", "_alias"].map { onlyGrows("organization_merge\($0)") }.joined(separator: "\n"))
        \(onlyGrows("organization_unmerge"))
        DROP TRIGGER organization_stays_merged;
        CREATE TRIGGER organization_stays_merged BEFORE UPDATE ON organization
        WHEN OLD.merged_into IS NOT NULL AND (NEW.merged_into IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM organization_merge m JOIN organization_unmerge u ON u.merge_id = m.id
            WHERE m.source_id = OLD.id AND m.source_version = OLD.version)) BEGIN
            SELECT RAISE(ABORT, 'an organization that was merged is never changed');
        END;

        """

    /// The words by which people are found: those of the name and of the e-mail address, and `#` with the digits of the
    /// telephone number from the last to the first, so that its end is a beginning. `shared` is the organization's.
    private static let personWords = """
        CREATE TABLE person_word (
            shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
            word TEXT NOT NULL CHECK (length(word) > 0),
            person_id BLOB NOT NULL REFERENCES person (id),
            PRIMARY KEY (shared, word, person_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX person_word_of_person ON person_word (person_id, word);
        CREATE TRIGGER person_word_is_published AFTER UPDATE OF shared ON organization WHEN NEW.shared <> OLD.shared BEGIN
            UPDATE person_word SET shared = NEW.shared
            WHERE person_id IN (SELECT id FROM person WHERE organization_id = NEW.id AND deleted_ms IS NULL);
            UPDATE organization_alias SET shared = NEW.shared WHERE organization_id = NEW.id;
        END;

        """

    private static func onlyGrows(_ table: String) -> String {
        """
        CREATE TRIGGER \(table)_keeps_rows BEFORE DELETE ON \(table) BEGIN
            SELECT RAISE(ABORT, 'what was merged stays on record');
        END;
        CREATE TRIGGER \(table)_stays BEFORE UPDATE ON \(table) BEGIN
            SELECT RAISE(ABORT, 'what was merged stays on record');
        END;
        """
    }
}
