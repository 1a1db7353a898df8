extension DealsSchema {
    /// Every version of the shares stays: who had which credit, and until when. The set says which version holds, and takes
    /// none whose shares are not exactly the whole, or none at all. A share is in millionths of a per cent.
    static let credits = """
        CREATE TABLE deal_credit (
            deal_id BLOB NOT NULL REFERENCES deal (id),
            version INTEGER NOT NULL CHECK (version >= 1),
            position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 50),
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            share INTEGER NOT NULL CHECK (share BETWEEN 1 AND 100000000),
            PRIMARY KEY (deal_id, version, position),
            UNIQUE (deal_id, version, user_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_credit_of_user ON deal_credit (user_id, deal_id, version);
        CREATE TABLE deal_credit_set (
            deal_id BLOB NOT NULL PRIMARY KEY REFERENCES deal (id),
            version INTEGER NOT NULL CHECK (version >= 1),
            set_by BLOB NOT NULL CHECK (length(set_by) = 16),
            set_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER deal_credit_stays BEFORE UPDATE ON deal_credit BEGIN
            SELECT RAISE(ABORT, 'shares are replaced by a new version, never changed');
        END;
        CREATE TRIGGER deal_credit_keeps_rows BEFORE DELETE ON deal_credit BEGIN
            SELECT RAISE(ABORT, 'shares are never deleted');
        END;
        CREATE TRIGGER deal_credit_is_of_the_next_version BEFORE INSERT ON deal_credit
        WHEN NEW.version <> 1 + coalesce((SELECT version FROM deal_credit_set WHERE deal_id = NEW.deal_id), 0) BEGIN
            SELECT RAISE(ABORT, 'shares belong to the next version');
        END;
        CREATE TRIGGER deal_credit_set_begins_whole BEFORE INSERT ON deal_credit_set
        WHEN EXISTS (SELECT 1 FROM deal_credit_set WHERE deal_id = NEW.deal_id) OR NEW.version <> 1 OR 100000000 <> coalesce((
            SELECT SUM(share) FROM deal_credit WHERE deal_id = NEW.deal_id AND version = NEW.version), 100000000) BEGIN
            SELECT RAISE(ABORT, 'shares are together the whole');
        END;
        CREATE TRIGGER deal_credit_set_stays_whole BEFORE UPDATE ON deal_credit_set
        WHEN NEW.deal_id <> OLD.deal_id OR NEW.version <> OLD.version + 1 OR 100000000 <> coalesce((
            SELECT SUM(share) FROM deal_credit WHERE deal_id = NEW.deal_id AND version = NEW.version), 100000000) BEGIN
            SELECT RAISE(ABORT, 'shares are together the whole');
        END;
        CREATE TRIGGER deal_credit_set_keeps_rows BEFORE DELETE ON deal_credit_set BEGIN
            SELECT RAISE(ABORT, 'shares are never deleted');
        END;
        """
}
