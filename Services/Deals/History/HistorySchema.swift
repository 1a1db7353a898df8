extension DealsSchema {
    /// What made each version of a deal out of the one before: with the deal as it is now, every version it ever had can be
    /// read again. A value stands as JSON, as it stands in a deal that is answered; NULL where the deal has no such member.
    ///
    /// Of deals that are older than these tables the version as it was found is the first on record, without who made it.
    static let dealVersions = """
        CREATE TABLE deal_version (
            deal_id BLOB NOT NULL REFERENCES deal (id),
            version INTEGER NOT NULL CHECK (version >= 1),
            at_ms INTEGER NOT NULL,
            by_user_id BLOB CHECK (length(by_user_id) = 16),
            event_type TEXT CHECK (length(event_type) BETWEEN 1 AND 100),
            PRIMARY KEY (deal_id, version),
            CHECK ((by_user_id IS NULL) = (event_type IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_version_by_time ON deal_version (deal_id, at_ms, version);
        CREATE TRIGGER deal_version_keeps_rows_as_they_are BEFORE UPDATE ON deal_version BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never changed');
        END;
        CREATE TRIGGER deal_version_keeps_rows BEFORE DELETE ON deal_version BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never deleted');
        END;
        CREATE TRIGGER deal_version_never_replaces BEFORE INSERT ON deal_version
        WHEN EXISTS (SELECT 1 FROM deal_version WHERE deal_id = NEW.deal_id AND version >= NEW.version) BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never replaced');
        END;

        CREATE TABLE deal_change (
            deal_id BLOB NOT NULL,
            version INTEGER NOT NULL,
            field TEXT NOT NULL CHECK (length(field) BETWEEN 1 AND 100),
            before TEXT CHECK (length(before) BETWEEN 1 AND 262144),
            after TEXT CHECK (length(after) BETWEEN 1 AND 262144),
            PRIMARY KEY (deal_id, version, field),
            FOREIGN KEY (deal_id, version) REFERENCES deal_version (deal_id, version),
            CHECK (before IS NOT after)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_change_of_field ON deal_change (deal_id, field, version);
        CREATE TRIGGER deal_change_keeps_rows_as_they_are BEFORE UPDATE ON deal_change BEGIN
            SELECT RAISE(ABORT, 'changes of a deal are never changed');
        END;
        CREATE TRIGGER deal_change_keeps_rows BEFORE DELETE ON deal_change BEGIN
            SELECT RAISE(ABORT, 'changes of a deal are never deleted');
        END;
        CREATE TRIGGER deal_change_never_replaces BEFORE INSERT ON deal_change
        WHEN EXISTS (SELECT 1 FROM deal_change
            WHERE deal_id = NEW.deal_id AND version = NEW.version AND field = NEW.field) BEGIN
            SELECT RAISE(ABORT, 'changes of a deal are never replaced');
        END;

        INSERT INTO deal_version (deal_id, version, at_ms) SELECT id, version, updated_ms FROM deal;
        """

    /// Each stream of the timeline is walked along an index in its order.
    static let timelineIndexes = """
        CREATE INDEX stage_transition_by_time ON stage_transition (deal_id, at_ms, id);
        CREATE INDEX deal_activity_removed ON deal_activity (deal_id, deleted_ms, id) WHERE deleted_ms IS NOT NULL;
        CREATE INDEX deal_task_added ON deal_task (deal_id, created_ms, id) WHERE deleted_ms IS NULL;
        CREATE INDEX deal_task_done ON deal_task (deal_id, done_ms, id) WHERE done_ms IS NOT NULL AND deleted_ms IS NULL;
        CREATE INDEX deal_task_removed ON deal_task (deal_id, deleted_ms, id) WHERE deleted_ms IS NOT NULL;
        CREATE INDEX document_removed ON document (deal_id, removed_ms, id) WHERE removed_ms IS NOT NULL;
        CREATE INDEX team_member_joined ON team_member (deal_id, added_ms, id) WHERE removed_ms IS NULL;
        CREATE INDEX team_member_left ON team_member (deal_id, removed_ms, id) WHERE removed_ms IS NOT NULL;
        """
}
