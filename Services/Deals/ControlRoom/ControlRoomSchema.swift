extension DealsSchema {
    static let controlRoom =
        controlLists + screenedNames + conflictChecks + conflictCheckGuards + approvalVotes + controlRoomIndexes

    /// Rows stay: who was on a list, and when, is asked for years later. `name_key` is the folded name, `match_key` the same
    /// without its legal form (`MatchKey`).
    private static let controlLists = """
        CREATE TABLE list_entry (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            list TEXT NOT NULL CHECK (list IN ('watch', 'restricted', 'do_not_contact')),
            organization_id BLOB REFERENCES organization (id),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            name_key TEXT NOT NULL CHECK (length(name_key) > 0),
            match_key TEXT NOT NULL CHECK (length(match_key) > 0),
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            deal_id BLOB REFERENCES deal (id),
            from_day TEXT NOT NULL CHECK (length(from_day) = 10),
            to_day TEXT CHECK (length(to_day) = 10 AND to_day >= from_day),
            placed_by BLOB NOT NULL CHECK (length(placed_by) = 16),
            placed_ms INTEGER NOT NULL,
            lifted_by BLOB CHECK (length(lifted_by) = 16),
            lifted_ms INTEGER CHECK (lifted_ms >= placed_ms),
            lift_reason TEXT CHECK (length(lift_reason) BETWEEN 1 AND 500),
            version INTEGER NOT NULL CHECK (version >= 1),
            CHECK ((lifted_ms IS NULL) = (lifted_by IS NULL) AND (lifted_ms IS NULL) = (lift_reason IS NULL))
        ) STRICT;
        CREATE INDEX list_entry_of_list ON list_entry (list, id);
        CREATE INDEX list_entry_by_name ON list_entry (match_key) WHERE lifted_ms IS NULL;
        CREATE INDEX list_entry_by_name_key ON list_entry (name_key);
        CREATE INDEX list_entry_of_organization ON list_entry (organization_id) WHERE organization_id IS NOT NULL;
        CREATE INDEX list_entry_by_organization ON list_entry (organization_id)
            WHERE organization_id IS NOT NULL AND lifted_ms IS NULL;
        CREATE TRIGGER list_entry_keeps_rows BEFORE DELETE ON list_entry BEGIN
            SELECT RAISE(ABORT, 'entries are lifted, never deleted');
        END;
        CREATE TRIGGER list_entry_never_replaces BEFORE INSERT ON list_entry
        WHEN EXISTS (SELECT 1 FROM list_entry WHERE id = NEW.id) BEGIN
            SELECT RAISE(ABORT, 'entries are never replaced');
        END;
        CREATE TRIGGER list_entry_keeps_its_origin
        BEFORE UPDATE OF id, list, organization_id, name, name_key, match_key, deal_id, placed_by, placed_ms
        ON list_entry BEGIN
            SELECT RAISE(ABORT, 'an entry stays about whom it is');
        END;
        CREATE TRIGGER list_entry_is_lifted_once BEFORE UPDATE ON list_entry WHEN OLD.lifted_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a lifted entry is never changed');
        END;
        CREATE TRIGGER list_entry_version_grows BEFORE UPDATE ON list_entry WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'an entry changes by one version at a time');
        END;

        """

    /// By which names deals and organizations are found, whatever their legal form. Names of a deal that has ended or is
    /// deleted hit nothing, so that a look at a name that many deals had costs no more than one at a new name.
    private static let screenedNames = """
        CREATE TABLE deal_name (
            deal_id BLOB NOT NULL REFERENCES deal (id),
            role TEXT NOT NULL CHECK (role IN ('client', 'target', 'counterparty')),
            match_key TEXT NOT NULL CHECK (length(match_key) > 0),
            live INTEGER NOT NULL CHECK (live IN (0, 1)),
            PRIMARY KEY (deal_id, role, match_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_name_live ON deal_name (match_key, role, deal_id, live) WHERE live = 1;
        CREATE TRIGGER deal_takes_its_names_along AFTER UPDATE OF status, deleted_ms ON deal
        WHEN (NEW.status IN ('active', 'on_hold') AND NEW.deleted_ms IS NULL)
            <> (OLD.status IN ('active', 'on_hold') AND OLD.deleted_ms IS NULL) BEGIN
            UPDATE deal_name SET live = (NEW.status IN ('active', 'on_hold') AND NEW.deleted_ms IS NULL)
            WHERE deal_id = NEW.id;
        END;

        CREATE TABLE organization_name (
            match_key TEXT NOT NULL CHECK (length(match_key) > 0),
            organization_id BLOB NOT NULL REFERENCES organization (id),
            PRIMARY KEY (match_key, organization_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX organization_by_merge ON organization (merged_into) WHERE merged_into IS NOT NULL;

        """

    /// `queued` is 1 of what waits, or waited, for the control room: a check that hit, or that was asked for. A deal has one
    /// open check at most, which gathers all that hits meanwhile.
    private static let conflictChecks = """
        CREATE TABLE conflict_check (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            origin TEXT NOT NULL CHECK (origin IN ('asked', 'deal')),
            deal_id BLOB REFERENCES deal (id),
            queued INTEGER NOT NULL CHECK (queued IN (0, 1)),
            requested INTEGER NOT NULL CHECK (requested IN (0, 1)),
            requested_by BLOB NOT NULL CHECK (length(requested_by) = 16),
            requested_ms INTEGER NOT NULL,
            request_note TEXT CHECK (length(request_note) BETWEEN 1 AND 2000),
            due_on TEXT NOT NULL CHECK (length(due_on) = 10),
            left_out INTEGER NOT NULL DEFAULT 0 CHECK (left_out >= 0),
            claimed_by BLOB CHECK (length(claimed_by) = 16),
            claimed_ms INTEGER,
            decision TEXT CHECK (decision IN ('cleared', 'cleared_with_conditions', 'declined')),
            conditions TEXT CHECK (length(conditions) BETWEEN 1 AND 1000),
            expires_on TEXT CHECK (length(expires_on) = 10),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            decided_by BLOB CHECK (length(decided_by) = 16),
            decided_ms INTEGER CHECK (decided_ms >= requested_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            CHECK (origin = 'asked' OR deal_id IS NOT NULL),
            CHECK (origin = 'asked' OR queued = 1),
            CHECK ((claimed_by IS NULL) = (claimed_ms IS NULL)),
            CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_ms IS NULL)),
            CHECK (decision IS NOT NULL OR (conditions IS NULL AND expires_on IS NULL AND note IS NULL)),
            CHECK (decision IS NULL OR queued = 1),
            CHECK (conditions IS NULL OR decision = 'cleared_with_conditions')
        ) STRICT;
        CREATE INDEX conflict_check_waiting ON conflict_check (due_on, id) WHERE queued = 1 AND decided_ms IS NULL;
        CREATE INDEX conflict_check_decided ON conflict_check (decided_ms, id)
            WHERE queued = 1 AND decided_ms IS NOT NULL;
        CREATE UNIQUE INDEX conflict_check_open_of_deal ON conflict_check (deal_id)
            WHERE origin = 'deal' AND decided_ms IS NULL;
        CREATE INDEX conflict_check_of_deal ON conflict_check (deal_id, decided_ms) WHERE origin = 'deal';

        CREATE TABLE conflict_party (
            check_id BLOB NOT NULL REFERENCES conflict_check (id),
            position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 200),
            organization_id BLOB REFERENCES organization (id),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            match_key TEXT NOT NULL CHECK (length(match_key) > 0),
            role TEXT CHECK (role IN ('client', 'target', 'counterparty', 'other')),
            answer TEXT CHECK (answer IN ('clear', 'refer_to_control_room')),
            PRIMARY KEY (check_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE conflict_hit (
            check_id BLOB NOT NULL,
            position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 400),
            party INTEGER NOT NULL,
            entry_id BLOB REFERENCES list_entry (id),
            deal_id BLOB REFERENCES deal (id),
            deal_role TEXT CHECK (deal_role IN ('client', 'target', 'counterparty', 'other')),
            PRIMARY KEY (check_id, position),
            FOREIGN KEY (check_id, party) REFERENCES conflict_party (check_id, position),
            CHECK ((entry_id IS NULL) <> (deal_id IS NULL) AND (deal_id IS NULL) = (deal_role IS NULL))
        ) STRICT, WITHOUT ROWID;

        """

    private static let conflictCheckGuards = """
        CREATE TRIGGER conflict_check_keeps_rows BEFORE DELETE ON conflict_check BEGIN
            SELECT RAISE(ABORT, 'conflict checks are never deleted');
        END;
        CREATE TRIGGER conflict_check_keeps_its_origin BEFORE UPDATE OF id, origin, deal_id, queued ON conflict_check
        BEGIN
            SELECT RAISE(ABORT, 'a conflict check keeps its origin');
        END;
        CREATE TRIGGER conflict_check_is_decided_once BEFORE UPDATE ON conflict_check WHEN OLD.decided_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a conflict check is decided once');
        END;
        CREATE TRIGGER conflict_check_version_grows BEFORE UPDATE ON conflict_check
        WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a conflict check changes by one version at a time');
        END;
        CREATE TRIGGER conflict_party_keeps_rows BEFORE DELETE ON conflict_party BEGIN
            SELECT RAISE(ABORT, 'who was looked at is never deleted');
        END;
        CREATE TRIGGER conflict_party_keeps_rows_as_they_are BEFORE UPDATE ON conflict_party BEGIN
            SELECT RAISE(ABORT, 'who was looked at is never changed');
        END;
        CREATE TRIGGER conflict_hit_keeps_rows BEFORE DELETE ON conflict_hit BEGIN
            SELECT RAISE(ABORT, 'hits are never deleted');
        END;
        CREATE TRIGGER conflict_hit_keeps_rows_as_they_are BEFORE UPDATE ON conflict_hit BEGIN
            SELECT RAISE(ABORT, 'hits are never changed');
        END;

        """

    /// Who answered a request, one by one. The request itself keeps the answer that settled it.
    private static let approvalVotes = """
        CREATE TABLE approval_vote (
            approval_id BLOB NOT NULL REFERENCES approval (id),
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            vote TEXT NOT NULL CHECK (vote IN ('approve', 'reject')),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            at_ms INTEGER NOT NULL,
            by_compliance INTEGER NOT NULL CHECK (by_compliance IN (0, 1)),
            PRIMARY KEY (approval_id, user_id),
            CHECK (vote <> 'reject' OR note IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO approval_vote (approval_id, user_id, vote, note, at_ms, by_compliance)
        SELECT id, decided_by, decision, note, decided_ms, by_compliance FROM approval WHERE decision IS NOT NULL;
        CREATE TRIGGER approval_vote_keeps_rows BEFORE DELETE ON approval_vote BEGIN
            SELECT RAISE(ABORT, 'votes are never deleted');
        END;
        CREATE TRIGGER approval_vote_keeps_rows_as_they_are BEFORE UPDATE ON approval_vote BEGIN
            SELECT RAISE(ABORT, 'votes are never changed');
        END;
        CREATE TRIGGER approval_vote_is_of_another BEFORE INSERT ON approval_vote
        WHEN EXISTS (SELECT 1 FROM approval WHERE id = NEW.approval_id
            AND (requested_by = NEW.user_id OR decision IS NOT NULL)) BEGIN
            SELECT RAISE(ABORT, 'nobody votes on what he asked for, or what is decided');
        END;

        """

    /// Deals whose clearance was asked for before there was a queue.
    private static let controlRoomIndexes = """
        INSERT INTO conflict_check (id, origin, deal_id, queued, requested, requested_by, requested_ms, due_on, version)
        SELECT randomblob(16), 'deal', id, 1, 1, lead_user_id, updated_ms,
            date(updated_ms / 1000, 'unixepoch', '+2 days'), 1
        FROM deal WHERE conflict_status = 'pending' AND status IN ('active', 'on_hold') AND deleted_ms IS NULL;
        CREATE INDEX approval_waiting ON approval (until_ms, id) WHERE decision IS NULL;
        CREATE INDEX wall_crossing_waiting ON wall_crossing (until_ms) WHERE decision IS NULL AND ended_ms IS NULL;
        """
}
