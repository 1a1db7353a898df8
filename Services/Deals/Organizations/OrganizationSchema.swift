extension DealsSchema {
    /// Organizations, and the people at them. `shared` is 1 of what stands in the directory; all else is known through
    /// the deals of `deal_party` alone. Nothing here is unique by name or code: a refusal would tell of a row that the
    /// caller may not know of. Each kind has its indexes for itself, so that who reads one never walks the other.
    static let organizations = organizationTable + organizationTexts + persons

    /// `name_key` is the folded name, `search_key` all that search looks at. Rows stay; who was merged into another points
    /// to it.
    private static let organizationTable = """
        CREATE TABLE organization (
            seq INTEGER NOT NULL PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            name_key TEXT NOT NULL,
            search_key TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('strategic', 'sponsor', 'lender', 'adviser', 'issuer', 'other')),
            code_alias TEXT CHECK (length(code_alias) BETWEEN 1 AND 80),
            lei TEXT CHECK (length(lei) = 20 AND lei NOT GLOB '*[^0-9A-Z]*'),
            ticker TEXT CHECK (length(ticker) BETWEEN 1 AND 20),
            isin TEXT CHECK (length(isin) = 12 AND isin NOT GLOB '*[^0-9A-Z]*'),
            country TEXT CHECK (length(country) = 2),
            sector TEXT CHECK (length(sector) BETWEEN 1 AND 80),
            parent_id BLOB REFERENCES organization (id) CHECK (parent_id <> id),
            shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
            merged_into BLOB REFERENCES organization (id) CHECK (merged_into <> id),
            created_by BLOB NOT NULL CHECK (length(created_by) = 16),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            CHECK (merged_into IS NULL OR shared = 1)
        ) STRICT;
        CREATE INDEX organization_shared_by_name ON organization (name_key, id)
            WHERE shared = 1 AND merged_into IS NULL;
        CREATE INDEX organization_hidden_by_name ON organization (name_key, id) WHERE shared = 0;
        CREATE INDEX organization_shared_by_lei ON organization (lei)
            WHERE lei IS NOT NULL AND shared = 1 AND merged_into IS NULL;
        CREATE INDEX organization_hidden_by_lei ON organization (lei) WHERE lei IS NOT NULL AND shared = 0;
        CREATE INDEX organization_shared_by_isin ON organization (isin)
            WHERE isin IS NOT NULL AND shared = 1 AND merged_into IS NULL;
        CREATE INDEX organization_hidden_by_isin ON organization (isin) WHERE isin IS NOT NULL AND shared = 0;
        CREATE INDEX organization_by_parent ON organization (parent_id) WHERE parent_id IS NOT NULL;
        CREATE TRIGGER organization_keeps_rows BEFORE DELETE ON organization BEGIN
            SELECT RAISE(ABORT, 'organizations are never deleted');
        END;
        CREATE TRIGGER organization_never_replaces BEFORE INSERT ON organization
        WHEN EXISTS (SELECT 1 FROM organization WHERE id = NEW.id OR seq = NEW.seq) BEGIN
            SELECT RAISE(ABORT, 'organizations are never replaced');
        END;
        CREATE TRIGGER organization_stays_merged BEFORE UPDATE ON organization WHEN OLD.merged_into IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'an organization that was merged is never changed');
        END;
        CREATE TRIGGER organization_stays_shared BEFORE UPDATE OF shared ON organization
        WHEN OLD.shared = 1 AND NEW.shared = 0 BEGIN
            SELECT RAISE(ABORT, 'what the firm knows it does not forget');
        END;
        CREATE TRIGGER organization_version_grows BEFORE UPDATE ON organization
        WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'an organization changes by one version at a time');
        END;
        CREATE TRIGGER organization_keeps_its_origin BEFORE UPDATE OF seq, id, created_by, created_ms ON organization BEGIN
            SELECT RAISE(ABORT, 'an organization keeps its origin');
        END;
        CREATE TRIGGER organization_parent_is_shared BEFORE INSERT ON organization
        WHEN NEW.parent_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM organization WHERE id = NEW.parent_id AND shared = 1) BEGIN
            SELECT RAISE(ABORT, 'a parent stands in the directory');
        END;
        CREATE TRIGGER organization_new_parent_is_shared BEFORE UPDATE OF parent_id ON organization
        WHEN NEW.parent_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM organization WHERE id = NEW.parent_id AND shared = 1) BEGIN
            SELECT RAISE(ABORT, 'a parent stands in the directory');
        END;
        """

    /// Any three characters of a search key lead to its row (`seq`): one index for the directory, one for the rest. No
    /// trigger keeps them, because SQLite lets none touch a virtual table of a schema that it does not trust:
    /// `OrganizationTexts` does.
    private static let organizationTexts = """
        CREATE VIRTUAL TABLE organization_shared_text
            USING fts5 (search_key, content = '', tokenize = 'trigram case_sensitive 1');
        CREATE VIRTUAL TABLE organization_hidden_text
            USING fts5 (search_key, content = '', tokenize = 'trigram case_sensitive 1');
        """

    private static let persons = """
        CREATE TABLE person (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            organization_id BLOB NOT NULL REFERENCES organization (id),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            name_key TEXT NOT NULL,
            title TEXT CHECK (length(title) BETWEEN 1 AND 200),
            email TEXT CHECK (length(email) BETWEEN 3 AND 254),
            phone TEXT CHECK (length(phone) BETWEEN 3 AND 40),
            created_by BLOB NOT NULL CHECK (length(created_by) = 16),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            deleted_by BLOB CHECK (length(deleted_by) = 16),
            deleted_ms INTEGER CHECK (deleted_ms >= created_ms),
            CHECK ((deleted_ms IS NULL) = (deleted_by IS NULL))
        ) STRICT;
        CREATE INDEX person_by_name ON person (organization_id, name_key, id) WHERE deleted_ms IS NULL;
        CREATE TRIGGER person_keeps_rows BEFORE DELETE ON person BEGIN
            SELECT RAISE(ABORT, 'people are marked as deleted, never deleted');
        END;
        CREATE TRIGGER person_stays_deleted BEFORE UPDATE ON person WHEN OLD.deleted_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a deleted person is never changed');
        END;
        CREATE TRIGGER person_version_grows BEFORE UPDATE ON person WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a person changes by one version at a time');
        END;
        CREATE TRIGGER person_keeps_its_origin BEFORE UPDATE OF id, created_by, created_ms ON person BEGIN
            SELECT RAISE(ABORT, 'a person keeps its origin');
        END;
        """
}
