extension DealsSchema {
    /// Activities and tasks. What is removed stays, with who removed it and when.
    static let work = activities + tasks

    /// `participants` is a JSON array of texts; SQLite does not let a schema ask its functions for JSON.
    private static let activities = """
        CREATE TABLE deal_activity (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            kind TEXT NOT NULL CHECK (kind IN ('note', 'call', 'meeting', 'email')),
            subject TEXT CHECK (length(subject) BETWEEN 1 AND 200),
            text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
            participants TEXT NOT NULL
                CHECK (length(participants) BETWEEN 2 AND 21000 AND participants GLOB '[[]*]'),
            occurred_ms INTEGER NOT NULL,
            created_by BLOB NOT NULL CHECK (length(created_by) = 16),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            deleted_by BLOB CHECK (length(deleted_by) = 16),
            deleted_ms INTEGER CHECK (deleted_ms >= created_ms),
            CHECK ((deleted_ms IS NULL) = (deleted_by IS NULL))
        ) STRICT;
        CREATE INDEX deal_activity_latest ON deal_activity (deal_id, occurred_ms, id) WHERE deleted_ms IS NULL;
        CREATE INDEX deal_activity_latest_of_kind ON deal_activity (deal_id, kind, occurred_ms, id)
            WHERE deleted_ms IS NULL;
        CREATE TRIGGER deal_activity_keeps_rows BEFORE DELETE ON deal_activity BEGIN
            SELECT RAISE(ABORT, 'activities are marked as deleted, never deleted');
        END;
        CREATE TRIGGER deal_activity_stays_deleted BEFORE UPDATE ON deal_activity WHEN OLD.deleted_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a deleted activity is never changed');
        END;
        CREATE TRIGGER deal_activity_version_grows BEFORE UPDATE ON deal_activity
        WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'an activity changes by one version at a time');
        END;
        CREATE TRIGGER deal_activity_keeps_its_origin
        BEFORE UPDATE OF id, deal_id, created_by, created_ms ON deal_activity BEGIN
            SELECT RAISE(ABORT, 'an activity keeps its deal and its author');
        END;
        """

    /// `due_key` sorts tasks without a day behind all others. `position` is the order in which a deal's tasks were made.
    private static let tasks = """
        CREATE TABLE deal_task (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            position INTEGER NOT NULL CHECK (position >= 1),
            title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
            owner_user_id BLOB CHECK (length(owner_user_id) = 16),
            due_on TEXT CHECK (length(due_on) = 10),
            due_key TEXT NOT NULL GENERATED ALWAYS AS (coalesce(due_on, '9999-12-31')) VIRTUAL,
            milestone INTEGER NOT NULL CHECK (milestone IN (0, 1)),
            critical INTEGER NOT NULL CHECK (critical IN (0, 1)),
            depends_on BLOB CHECK (depends_on <> id),
            template_key TEXT CHECK (length(template_key) BETWEEN 1 AND 50),
            done_by BLOB CHECK (length(done_by) = 16),
            done_ms INTEGER CHECK (done_ms >= created_ms),
            created_by BLOB NOT NULL CHECK (length(created_by) = 16),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            deleted_by BLOB CHECK (length(deleted_by) = 16),
            deleted_ms INTEGER CHECK (deleted_ms >= created_ms),
            CHECK ((done_ms IS NULL) = (done_by IS NULL)),
            CHECK ((deleted_ms IS NULL) = (deleted_by IS NULL)),
            UNIQUE (deal_id, position),
            UNIQUE (deal_id, id),
            FOREIGN KEY (deal_id, depends_on) REFERENCES deal_task (deal_id, id)
        ) STRICT;
        CREATE UNIQUE INDEX deal_task_template ON deal_task (deal_id, template_key)
            WHERE deleted_ms IS NULL AND template_key IS NOT NULL;
        CREATE INDEX deal_task_due ON deal_task (deal_id, due_key, position) WHERE deleted_ms IS NULL;
        CREATE INDEX deal_task_open ON deal_task (due_key, id) WHERE deleted_ms IS NULL AND done_ms IS NULL;
        CREATE INDEX deal_task_open_of_deal ON deal_task (deal_id, due_key, id)
            WHERE deleted_ms IS NULL AND done_ms IS NULL;
        CREATE INDEX deal_task_open_of_owner ON deal_task (owner_user_id, due_key, id)
            WHERE deleted_ms IS NULL AND done_ms IS NULL;
        CREATE TRIGGER deal_task_keeps_rows BEFORE DELETE ON deal_task BEGIN
            SELECT RAISE(ABORT, 'tasks are marked as deleted, never deleted');
        END;
        CREATE TRIGGER deal_task_stays_deleted BEFORE UPDATE ON deal_task WHEN OLD.deleted_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a deleted task is never changed');
        END;
        CREATE TRIGGER deal_task_version_grows BEFORE UPDATE ON deal_task WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a task changes by one version at a time');
        END;
        CREATE TRIGGER deal_task_keeps_its_origin
        BEFORE UPDATE OF id, deal_id, position, template_key, created_by, created_ms ON deal_task BEGIN
            SELECT RAISE(ABORT, 'a task keeps its deal and its author');
        END;
        """
}
