/// Imports and their rows, which are kept for a while, and the names that deals have elsewhere, which stay.
extension DealsSchema {
    static let imports = """
        CREATE TABLE import_job (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            version INTEGER NOT NULL CHECK (version >= 1),
            state TEXT NOT NULL CHECK (state IN ('uploading', 'reading', 'unreadable', 'read', 'mapped', 'validating',
                'validated', 'committing', 'committed', 'reverting', 'reverted', 'halted', 'removing')),
            owner BLOB NOT NULL CHECK (length(owner) = 16),
            session BLOB NOT NULL CHECK (length(session) = 16),
            address TEXT,
            request_id TEXT,
            file_name TEXT NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
            size INTEGER NOT NULL CHECK (size BETWEEN 1 AND 26214400),
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
            separator TEXT NOT NULL CHECK (separator IN ('comma', 'semicolon', 'tab')),
            columns TEXT NOT NULL,
            mapping TEXT,
            row_count INTEGER NOT NULL CHECK (row_count BETWEEN 0 AND 100000),
            progress INTEGER NOT NULL CHECK (progress BETWEEN 0 AND row_count),
            counts TEXT NOT NULL,
            fault TEXT,
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms),
            expires_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX import_job_of_person ON import_job (owner, created_ms);
        CREATE INDEX import_job_at_work ON import_job (updated_ms)
            WHERE state IN ('reading', 'validating', 'committing', 'reverting', 'removing');
        CREATE INDEX import_job_by_expiry ON import_job (expires_ms);
        CREATE TRIGGER import_job_keeps_its_file
        BEFORE UPDATE OF id, owner, file_name, size, sha256, separator, created_ms ON import_job BEGIN
            SELECT RAISE(ABORT, 'an import keeps its person and its file');
        END;
        CREATE TRIGGER import_job_version_grows BEFORE UPDATE ON import_job WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'an import changes by one version at a time');
        END;

        CREATE TABLE import_row (
            job_id BLOB NOT NULL REFERENCES import_job (id),
            row_no INTEGER NOT NULL CHECK (row_no BETWEEN 1 AND 100000),
            line INTEGER NOT NULL,
            cells TEXT NOT NULL,
            outcome TEXT CHECK (outcome IN ('valid', 'invalid', 'created', 'updated', 'unchanged', 'refused',
                'reverted', 'kept')),
            errors TEXT,
            name_key TEXT,
            identity_key TEXT,
            deal_id BLOB REFERENCES deal (id),
            deal_version INTEGER,
            undo TEXT,
            PRIMARY KEY (job_id, row_no),
            CHECK (outcome NOT IN ('created', 'updated') OR (deal_id IS NOT NULL AND deal_version IS NOT NULL)),
            CHECK (outcome <> 'updated' OR undo IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX import_row_by_outcome ON import_row (job_id, outcome, row_no);
        CREATE INDEX import_row_by_name ON import_row (job_id, name_key, row_no) WHERE name_key IS NOT NULL;
        CREATE INDEX import_row_by_identity ON import_row (job_id, identity_key, row_no)
            WHERE identity_key IS NOT NULL;
        CREATE INDEX import_row_with_errors ON import_row (job_id, row_no) WHERE errors IS NOT NULL;
        CREATE INDEX import_row_of_deal ON import_row (deal_id) WHERE deal_id IS NOT NULL;
        CREATE TRIGGER import_row_keeps_its_cells BEFORE UPDATE OF job_id, row_no ON import_row BEGIN
            SELECT RAISE(ABORT, 'a row keeps its place');
        END;

        CREATE TABLE external_id (
            source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 50),
            external_id TEXT NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            PRIMARY KEY (source, external_id, deal_id)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX external_id_of_deal ON external_id (deal_id, source);

        -- Whether anything hangs on a deal is asked before an import is reverted, removed or not.
        CREATE INDEX deal_activity_by_deal ON deal_activity (deal_id);
        CREATE INDEX document_by_deal ON document (deal_id);
        """
}
