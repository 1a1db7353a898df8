extension DealsSchema {
    /// Rows stay for ever: they are the insider list. `wall_crossing` is what was asked and answered; `timed_access` is
    /// who was let in, by that or by breaking the glass, and all that decides over access looks there. It closes at
    /// `closes_ms`, which is `until_ms` unless somebody ended it before.
    static let walls = """
        CREATE TABLE wall_crossing (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            name TEXT NOT NULL,
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            until_ms INTEGER NOT NULL CHECK (until_ms > requested_ms AND until_ms <= requested_ms + 7776000000),
            requested_by BLOB NOT NULL CHECK (length(requested_by) = 16 AND requested_by <> user_id),
            requested_ms INTEGER NOT NULL,
            decision TEXT CHECK (decision IN ('approve', 'refuse')),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            decided_by BLOB CHECK (length(decided_by) = 16 AND decided_by NOT IN (requested_by, user_id)),
            decided_ms INTEGER CHECK (decided_ms >= requested_ms),
            ended_by BLOB CHECK (length(ended_by) = 16),
            ended_ms INTEGER CHECK (ended_ms >= requested_ms),
            CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_ms IS NULL)),
            CHECK (decision IS NOT NULL OR note IS NULL),
            CHECK ((ended_by IS NULL) = (ended_ms IS NULL)),
            CHECK (decision IS NOT 'refuse' OR ended_ms IS NULL)
        ) STRICT;
        CREATE INDEX wall_crossing_of_deal ON wall_crossing (deal_id, id);
        CREATE INDEX wall_crossing_open ON wall_crossing (deal_id, until_ms);
        CREATE TRIGGER wall_crossing_keeps_rows BEFORE DELETE ON wall_crossing BEGIN
            SELECT RAISE(ABORT, 'wall-crossings are ended, never deleted');
        END;
        CREATE TRIGGER wall_crossing_never_replaces BEFORE INSERT ON wall_crossing
        WHEN EXISTS (SELECT 1 FROM wall_crossing WHERE id = NEW.id) BEGIN
            SELECT RAISE(ABORT, 'wall-crossings are never replaced');
        END;
        CREATE TRIGGER wall_crossing_keeps_its_terms
        BEFORE UPDATE OF id, deal_id, user_id, name, reason, until_ms, requested_by, requested_ms ON wall_crossing BEGIN
            SELECT RAISE(ABORT, 'the terms of a wall-crossing are never changed');
        END;
        CREATE TRIGGER wall_crossing_is_decided_once
        BEFORE UPDATE OF decision, note, decided_by, decided_ms ON wall_crossing
        WHEN OLD.decision IS NOT NULL OR OLD.ended_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a wall-crossing is decided once');
        END;
        CREATE TRIGGER wall_crossing_ends_once BEFORE UPDATE ON wall_crossing WHEN OLD.ended_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a wall-crossing that has ended is never changed');
        END;

        CREATE TABLE timed_access (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            name TEXT NOT NULL,
            basis TEXT NOT NULL CHECK (basis IN ('wall_crossing', 'break_glass')),
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            approved_by BLOB CHECK (length(approved_by) = 16),
            from_ms INTEGER NOT NULL,
            until_ms INTEGER NOT NULL CHECK (until_ms > from_ms),
            closes_ms INTEGER NOT NULL CHECK (closes_ms BETWEEN from_ms AND until_ms),
            ended_by BLOB CHECK (length(ended_by) = 16),
            CHECK ((ended_by IS NULL) = (closes_ms = until_ms)),
            CHECK ((basis = 'wall_crossing') = (approved_by IS NOT NULL)),
            CHECK (basis = 'wall_crossing' OR (added_by = user_id AND length(reason) >= 10
                AND until_ms <= from_ms + 3600000))
        ) STRICT;
        CREATE INDEX timed_access_of_deal ON timed_access (deal_id, closes_ms, user_id);
        CREATE INDEX timed_access_of_user ON timed_access (user_id, closes_ms, deal_id);
        CREATE TRIGGER timed_access_keeps_rows BEFORE DELETE ON timed_access BEGIN
            SELECT RAISE(ABORT, 'access is ended, never deleted');
        END;
        CREATE TRIGGER timed_access_never_replaces BEFORE INSERT ON timed_access
        WHEN EXISTS (SELECT 1 FROM timed_access WHERE id = NEW.id) BEGIN
            SELECT RAISE(ABORT, 'access is never replaced');
        END;
        CREATE TRIGGER timed_access_keeps_its_terms
        BEFORE UPDATE OF id, deal_id, user_id, name, basis, reason, added_by, approved_by, from_ms, until_ms
        ON timed_access BEGIN
            SELECT RAISE(ABORT, 'the terms of an access are never changed');
        END;
        CREATE TRIGGER timed_access_ends_once BEFORE UPDATE ON timed_access
        WHEN OLD.ended_by IS NOT NULL OR NEW.ended_by IS NULL BEGIN
            SELECT RAISE(ABORT, 'an access ends once, and only before its time');
        END;

        CREATE TABLE confidentiality_change (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            deal_id BLOB NOT NULL REFERENCES deal (id),
            confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'secret')),
            since_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX confidentiality_change_of_deal ON confidentiality_change (deal_id, since_ms, seq);
        CREATE TRIGGER confidentiality_change_keeps_rows_as_they_are BEFORE UPDATE ON confidentiality_change BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never changed');
        END;
        CREATE TRIGGER confidentiality_change_keeps_rows BEFORE DELETE ON confidentiality_change BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never deleted');
        END;
        CREATE TRIGGER confidentiality_change_never_replaces BEFORE INSERT ON confidentiality_change
        WHEN EXISTS (SELECT 1 FROM confidentiality_change WHERE seq = NEW.seq) BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never replaced');
        END;
        CREATE TRIGGER deal_begins_confidential AFTER INSERT ON deal BEGIN
            INSERT INTO confidentiality_change (deal_id, confidentiality, since_ms)
            VALUES (NEW.id, NEW.confidentiality, NEW.updated_ms);
        END;
        CREATE TRIGGER deal_changes_confidentiality AFTER UPDATE OF confidentiality ON deal
        WHEN NEW.confidentiality <> OLD.confidentiality BEGIN
            INSERT INTO confidentiality_change (deal_id, confidentiality, since_ms)
            VALUES (NEW.id, NEW.confidentiality, NEW.updated_ms);
        END;
        INSERT INTO confidentiality_change (deal_id, confidentiality, since_ms)
        SELECT id, confidentiality, updated_ms FROM deal;

        CREATE INDEX team_member_of_deal ON team_member (deal_id, added_ms);
        """
}
