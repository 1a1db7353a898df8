import GRDB
import Storage

/// The deals service's tables. The schema guards what the code promises: impossible states cannot be stored.
/// Migrations are only ever added at the end. Instants are Unix milliseconds, days `YYYY-MM-DD`, ids 16 bytes, amounts
/// whole minor units.
enum DealsSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        Outbox.addMigration(to: &migrator)
        migrator.registerMigration("deals 1") { db in
            for sql in [numbers, deals, transitions, team, conflicts, counterparties, idempotencyKeys] {
                try db.execute(sql: sql)
            }
        }
        return migrator
    }

    private static let numbers = """
        CREATE TABLE deal_number (
            year INTEGER NOT NULL PRIMARY KEY CHECK (year BETWEEN 1970 AND 2199),
            last INTEGER NOT NULL CHECK (last BETWEEN 1 AND 999999999)
        ) STRICT;
        """

    /// `code_key` is the folded code name, `search_key` all that search looks at, `number_order` sorts as the numbers
    /// were given.
    private static let deals = """
        CREATE TABLE deal (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            number TEXT NOT NULL UNIQUE CHECK (number GLOB 'D-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]*'),
            number_order INTEGER NOT NULL UNIQUE,
            code_name TEXT NOT NULL CHECK (length(code_name) BETWEEN 2 AND 80),
            code_key TEXT NOT NULL CHECK (length(code_key) > 0),
            search_key TEXT NOT NULL,
            real_name TEXT CHECK (length(real_name) BETWEEN 1 AND 200),
            type TEXT NOT NULL CHECK (type IN ('sell_side_ma', 'buy_side_ma', 'ecm_ipo', 'ecm_follow_on',
                'ecm_convertible', 'dcm_ig', 'dcm_hy', 'levfin', 'private_placement', 'restructuring',
                'fairness_opinion', 'strategic_advisory')),
            stage TEXT NOT NULL CHECK (length(stage) BETWEEN 1 AND 50),
            status TEXT NOT NULL CHECK (status IN ('active', 'on_hold', 'won', 'lost', 'withdrawn')),
            client_name TEXT NOT NULL CHECK (length(client_name) BETWEEN 1 AND 200),
            sector TEXT CHECK (length(sector) BETWEEN 1 AND 80),
            country TEXT CHECK (length(country) = 2),
            description TEXT CHECK (length(description) BETWEEN 1 AND 10000),
            value_minor INTEGER CHECK (value_minor >= 0),
            value_currency TEXT CHECK (length(value_currency) = 3),
            probability INTEGER NOT NULL CHECK (probability BETWEEN 0 AND 100),
            probability_source TEXT NOT NULL CHECK (probability_source IN ('stage', 'manual')),
            confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'secret')),
            conflict_status TEXT NOT NULL CHECK (conflict_status IN ('not_started', 'pending', 'cleared',
                'cleared_with_conditions', 'declined', 'expired')),
            conflict_expires_on TEXT CHECK (length(conflict_expires_on) = 10),
            lead_user_id BLOB NOT NULL CHECK (length(lead_user_id) = 16),
            originated_on TEXT NOT NULL CHECK (length(originated_on) = 10),
            engagement_letter_signed_on TEXT CHECK (length(engagement_letter_signed_on) = 10),
            expected_close_on TEXT CHECK (length(expected_close_on) = 10),
            closed_on TEXT CHECK (length(closed_on) = 10),
            outcome_reason TEXT CHECK (length(outcome_reason) BETWEEN 1 AND 500),
            next_step TEXT CHECK (length(next_step) BETWEEN 1 AND 500),
            stage_entered_on TEXT NOT NULL CHECK (length(stage_entered_on) = 10),
            version INTEGER NOT NULL CHECK (version >= 1),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= created_ms),
            deleted_ms INTEGER,
            CHECK ((value_minor IS NULL) = (value_currency IS NULL)),
            CHECK (status <> 'won' OR closed_on IS NOT NULL),
            CHECK (status NOT IN ('lost', 'withdrawn') OR outcome_reason IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX deal_code_name ON deal (code_key) WHERE deleted_ms IS NULL;
        CREATE INDEX deal_by_update ON deal (updated_ms, id) WHERE deleted_ms IS NULL;
        CREATE TRIGGER deal_version_grows BEFORE UPDATE ON deal WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a deal changes by one version at a time');
        END;
        CREATE TRIGGER deal_keeps_its_names BEFORE UPDATE OF id, number, number_order, type, created_ms ON deal
        WHEN NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.number_order <> OLD.number_order
            OR NEW.type <> OLD.type OR NEW.created_ms <> OLD.created_ms BEGIN
            SELECT RAISE(ABORT, 'a deal keeps its id, number and type');
        END;
        """

    private static let transitions = """
        CREATE TABLE stage_transition (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            from_stage TEXT,
            to_stage TEXT NOT NULL,
            from_status TEXT,
            to_status TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ('forward', 'skip', 'back', 'hold', 'resume', 'end', 'reopen')),
            reason TEXT CHECK (length(reason) BETWEEN 1 AND 500),
            effective_on TEXT NOT NULL CHECK (length(effective_on) = 10),
            days_in_from INTEGER NOT NULL CHECK (days_in_from >= 0),
            by_user_id BLOB NOT NULL CHECK (length(by_user_id) = 16),
            at_ms INTEGER NOT NULL,
            CHECK ((from_stage IS NULL) = (from_status IS NULL)),
            CHECK (direction IN ('forward', 'resume') OR reason IS NOT NULL)
        ) STRICT;
        CREATE INDEX stage_transition_of_deal ON stage_transition (deal_id, seq);
        CREATE TRIGGER stage_transition_keeps_rows_as_they_are BEFORE UPDATE ON stage_transition BEGIN
            SELECT RAISE(ABORT, 'stage transitions are never changed');
        END;
        CREATE TRIGGER stage_transition_keeps_rows BEFORE DELETE ON stage_transition BEGIN
            SELECT RAISE(ABORT, 'stage transitions are never deleted');
        END;
        CREATE TRIGGER stage_transition_never_replaces BEFORE INSERT ON stage_transition
        WHEN EXISTS (SELECT 1 FROM stage_transition WHERE id = NEW.id OR seq = NEW.seq) BEGIN
            SELECT RAISE(ABORT, 'stage transitions are never replaced');
        END;
        """

    /// Rows stay for ever: they are the insider list. `deal_updated_ms` is a copy that a trigger keeps, so that one
    /// index serves a member's list in its order however many deals there are.
    private static let team = """
        CREATE TABLE team_member (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('lead', 'md', 'director', 'vp', 'associate', 'analyst', 'legal',
                'compliance', 'syndicate', 'observer')),
            access TEXT NOT NULL CHECK (access IN ('read', 'edit', 'manage')),
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            removed_by BLOB CHECK (length(removed_by) = 16),
            removed_ms INTEGER CHECK (removed_ms >= added_ms),
            deal_updated_ms INTEGER NOT NULL,
            CHECK ((removed_ms IS NULL) = (removed_by IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX team_member_active ON team_member (deal_id, user_id) WHERE removed_ms IS NULL;
        CREATE INDEX team_member_deals ON team_member (user_id, deal_updated_ms, deal_id) WHERE removed_ms IS NULL;
        CREATE TRIGGER team_member_keeps_rows BEFORE DELETE ON team_member BEGIN
            SELECT RAISE(ABORT, 'team members are removed, never deleted');
        END;
        CREATE TRIGGER team_member_leaves_once BEFORE UPDATE ON team_member WHEN OLD.removed_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a former team member is never changed');
        END;
        CREATE TRIGGER team_member_keeps_its_terms
        BEFORE UPDATE OF id, deal_id, user_id, name, role, access, reason, added_by, added_ms ON team_member BEGIN
            SELECT RAISE(ABORT, 'the terms of a membership are never changed');
        END;
        CREATE TRIGGER team_member_follows_deal AFTER UPDATE OF updated_ms ON deal BEGIN
            UPDATE team_member SET deal_updated_ms = NEW.updated_ms WHERE deal_id = NEW.id AND removed_ms IS NULL;
        END;
        """

    private static let conflicts = """
        CREATE TABLE conflict_decision (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            decision TEXT NOT NULL CHECK (decision IN ('cleared', 'cleared_with_conditions', 'declined')),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            expires_on TEXT CHECK (length(expires_on) = 10),
            decided_by BLOB NOT NULL CHECK (length(decided_by) = 16),
            decided_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX conflict_decision_of_deal ON conflict_decision (deal_id, decided_ms);
        CREATE TRIGGER conflict_decision_keeps_rows_as_they_are BEFORE UPDATE ON conflict_decision BEGIN
            SELECT RAISE(ABORT, 'conflict decisions are never changed');
        END;
        CREATE TRIGGER conflict_decision_keeps_rows BEFORE DELETE ON conflict_decision BEGIN
            SELECT RAISE(ABORT, 'conflict decisions are never deleted');
        END;
        """

    private static let counterparties = """
        CREATE TABLE counterparty (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            name_key TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('strategic', 'sponsor', 'family_office', 'sovereign', 'lender',
                'investor', 'other')),
            tier TEXT CHECK (tier IN ('A', 'B', 'C')),
            country TEXT CHECK (length(country) = 2),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX counterparty_name ON counterparty (deal_id, name_key);
        """

    private static let idempotencyKeys = """
        CREATE TABLE idempotency_key (
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
            request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_key_by_age ON idempotency_key (created_ms);
        """
}
