/// The register's tables. A version of a document is written once, when its content is there; what is still being
/// uploaded stands apart, and may be forgotten.
extension DealsSchema {
    static let documents = """
        CREATE TABLE document (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            series_id BLOB NOT NULL REFERENCES document (id),
            version_no INTEGER NOT NULL CHECK (version_no BETWEEN 1 AND 1000000),
            supersedes BLOB UNIQUE REFERENCES document (id),
            type TEXT NOT NULL CHECK (type IN ('engagement_letter', 'nda', 'teaser', 'cim', 'process_letter',
                'mgmt_pres', 'ioi', 'loi', 'spa', 'board_book', 'fairness_opinion', 'pitch', 'fee_letter', 'other')),
            title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
            file_name TEXT CHECK (length(file_name) BETWEEN 1 AND 200),
            media_type TEXT CHECK (length(media_type) BETWEEN 3 AND 127),
            size INTEGER CHECK (size BETWEEN 1 AND 26214400),
            sha256 TEXT CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
            link TEXT CHECK (length(link) BETWEEN 9 AND 2000 AND link GLOB 'https://*'),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            removed_by BLOB CHECK (length(removed_by) = 16),
            removed_ms INTEGER CHECK (removed_ms >= added_ms),
            removal_reason TEXT CHECK (length(removal_reason) BETWEEN 1 AND 500),
            UNIQUE (series_id, version_no),
            CHECK ((version_no = 1) = (id = series_id)),
            CHECK ((version_no = 1) = (supersedes IS NULL)),
            CHECK (link IS NOT NULL OR (file_name IS NOT NULL AND media_type IS NOT NULL AND size IS NOT NULL
                AND sha256 IS NOT NULL)),
            CHECK ((removed_ms IS NULL) = (removed_by IS NULL)),
            CHECK ((removed_ms IS NULL) = (removal_reason IS NULL))
        ) STRICT;
        CREATE INDEX document_of_deal ON document (deal_id, added_ms, id) WHERE removed_ms IS NULL;
        CREATE INDEX document_of_type ON document (deal_id, type) WHERE removed_ms IS NULL;
        CREATE INDEX document_files_of_deal ON document (deal_id, size) WHERE link IS NULL;
        CREATE TRIGGER document_keeps_rows BEFORE DELETE ON document BEGIN
            SELECT RAISE(ABORT, 'documents are removed, never deleted');
        END;
        CREATE TRIGGER document_is_removed_once BEFORE UPDATE ON document WHEN OLD.removed_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a removed document is never changed');
        END;
        CREATE TRIGGER document_keeps_its_terms
        BEFORE UPDATE OF id, deal_id, series_id, version_no, supersedes, type, title, file_name, media_type, size,
            sha256, link, added_by, added_ms ON document BEGIN
            SELECT RAISE(ABORT, 'a version of a document is never changed');
        END;
        CREATE TRIGGER document_never_replaces BEFORE INSERT ON document
        WHEN EXISTS (SELECT 1 FROM document WHERE id = NEW.id) BEGIN
            SELECT RAISE(ABORT, 'documents are never replaced');
        END;
        CREATE TRIGGER document_stays_with_its_deal BEFORE INSERT ON document
        WHEN NEW.supersedes IS NOT NULL AND NOT EXISTS (SELECT 1 FROM document
            WHERE id = NEW.supersedes AND deal_id = NEW.deal_id AND series_id = NEW.series_id AND type = NEW.type) BEGIN
            SELECT RAISE(ABORT, 'a version belongs to the deal of the one before it');
        END;

        CREATE TABLE document_upload (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            series_id BLOB REFERENCES document (id),
            type TEXT NOT NULL,
            title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
            file_name TEXT NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
            media_type TEXT NOT NULL CHECK (length(media_type) BETWEEN 3 AND 127),
            size INTEGER NOT NULL CHECK (size BETWEEN 1 AND 26214400),
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
            started_by BLOB NOT NULL CHECK (length(started_by) = 16),
            started_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX document_upload_of_deal ON document_upload (deal_id, size);
        CREATE INDEX document_upload_of_person ON document_upload (deal_id, started_by, started_ms);
        CREATE INDEX document_upload_by_age ON document_upload (started_ms);
        """
}
