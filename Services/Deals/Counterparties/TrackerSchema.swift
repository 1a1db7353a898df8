extension DealsSchema {
    /// Counterparties with all that a tracker shows, and their steps.
    static let tracker = trackedCounterparties + counterpartySteps

    /// The table anew, with what it held. `status`, `status_on`, `furthest`, `approved_on`, the reasons and `step_days` (the JSON
    /// of `Counterparty.steps`) follow from the steps and are moved in their transactions; no new versions, for nobody wrote
    /// in the record. Removed rows stay.
    private static let trackedCounterparties = """
        CREATE TABLE counterparty_tracked (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
            name_key TEXT NOT NULL,
            organization_id BLOB REFERENCES organization (id),
            kind TEXT NOT NULL CHECK (kind IN ('strategic', 'sponsor', 'family_office', 'sovereign', 'lender',
                'investor', 'other')),
            tier TEXT CHECK (tier IN ('A', 'B', 'C')),
            country TEXT CHECK (length(country) = 2),
            code_alias TEXT CHECK (length(code_alias) BETWEEN 1 AND 80),
            priority TEXT CHECK (priority IN ('low', 'normal', 'high', 'critical')),
            contact_person_id BLOB REFERENCES person (id),
            contact TEXT CHECK (length(contact) BETWEEN 1 AND 200),
            covered_by BLOB CHECK (length(covered_by) = 16),
            next_action TEXT CHECK (length(next_action) BETWEEN 1 AND 200),
            next_action_on TEXT CHECK (length(next_action_on) = 10),
            notes TEXT CHECK (length(notes) BETWEEN 1 AND 2000),
            status TEXT NOT NULL DEFAULT 'identified',
            status_on TEXT NOT NULL CHECK (length(status_on) = 10),
            furthest INTEGER NOT NULL DEFAULT 0 CHECK (furthest BETWEEN 0 AND 15),
            approved_on TEXT CHECK (length(approved_on) = 10),
            pass_reason TEXT CHECK (length(pass_reason) BETWEEN 1 AND 500),
            exclusion_reason TEXT CHECK (length(exclusion_reason) BETWEEN 1 AND 500),
            step_days TEXT NOT NULL DEFAULT '{}' CHECK (step_days GLOB '{*}'),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= added_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            removed_by BLOB CHECK (length(removed_by) = 16),
            removed_ms INTEGER CHECK (removed_ms >= added_ms),
            CHECK ((removed_ms IS NULL) = (removed_by IS NULL)),
            CHECK (contact IS NULL OR contact_person_id IS NULL),
            CHECK (contact_person_id IS NULL OR organization_id IS NOT NULL),
            UNIQUE (deal_id, id)
        ) STRICT;
        INSERT INTO counterparty_tracked (id, deal_id, name, name_key, kind, tier, country, status_on, added_by, added_ms,
            updated_ms, version)
        SELECT id, deal_id, name, name_key, kind, tier, country, date(added_ms / 1000, 'unixepoch'), added_by, added_ms,
            added_ms, 1
        FROM counterparty;
        DROP TABLE counterparty;
        ALTER TABLE counterparty_tracked RENAME TO counterparty;
        CREATE UNIQUE INDEX counterparty_name ON counterparty (deal_id, name_key) WHERE removed_ms IS NULL;
        CREATE INDEX counterparty_of_organization ON counterparty (organization_id, deal_id)
            WHERE organization_id IS NOT NULL AND removed_ms IS NULL;
        CREATE INDEX counterparty_progress ON counterparty (deal_id, furthest, status) WHERE removed_ms IS NULL;
        CREATE TRIGGER counterparty_keeps_rows BEFORE DELETE ON counterparty BEGIN
            SELECT RAISE(ABORT, 'counterparties are removed, never deleted');
        END;
        CREATE TRIGGER counterparty_leaves_once BEFORE UPDATE ON counterparty WHEN OLD.removed_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a removed counterparty is never changed');
        END;
        CREATE TRIGGER counterparty_version_grows BEFORE UPDATE OF name, name_key, organization_id, kind, tier, country,
            code_alias, priority, contact_person_id, contact, covered_by, next_action, next_action_on, notes, removed_ms
            ON counterparty
        WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a counterparty changes by one version at a time');
        END;
        CREATE TRIGGER counterparty_keeps_its_origin BEFORE UPDATE OF id, deal_id, added_by, added_ms ON counterparty BEGIN
            SELECT RAISE(ABORT, 'a counterparty keeps its deal');
        END;
        """

    private static let counterpartySteps = """
        CREATE TABLE counterparty_step (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL,
            counterparty_id BLOB NOT NULL,
            step TEXT NOT NULL CHECK (step IN ('identified', 'approved_by_client', 'contacted', 'teaser_sent', 'nda_sent',
                'nda_signed', 'cim_sent', 'process_letter_sent', 'ioi_received', 'round_2_invited', 'mgmt_presentation',
                'dataroom_open', 'loi_received', 'exclusivity', 'signed', 'closed', 'passed', 'rejected_by_us',
                'excluded')),
            on_day TEXT NOT NULL CHECK (length(on_day) = 10),
            direction TEXT CHECK (direction IN ('sent', 'received')),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            document_id BLOB REFERENCES document (id),
            reason TEXT CHECK (length(reason) BETWEEN 1 AND 500),
            recorded_by BLOB NOT NULL CHECK (length(recorded_by) = 16),
            recorded_ms INTEGER NOT NULL,
            voided_by BLOB CHECK (length(voided_by) = 16),
            voided_ms INTEGER CHECK (voided_ms >= recorded_ms),
            void_reason TEXT CHECK (length(void_reason) BETWEEN 1 AND 500),
            CHECK ((step IN ('passed', 'rejected_by_us', 'excluded')) = (reason IS NOT NULL)),
            CHECK ((voided_ms IS NULL) = (voided_by IS NULL) AND (voided_ms IS NULL) = (void_reason IS NULL)),
            FOREIGN KEY (deal_id, counterparty_id) REFERENCES counterparty (deal_id, id)
        ) STRICT;
        CREATE INDEX counterparty_step_of ON counterparty_step (counterparty_id, on_day, recorded_ms);
        CREATE INDEX counterparty_step_standing ON counterparty_step (deal_id, step, counterparty_id)
            WHERE voided_ms IS NULL;
        CREATE TRIGGER counterparty_step_keeps_rows BEFORE DELETE ON counterparty_step BEGIN
            SELECT RAISE(ABORT, 'steps are made void, never deleted');
        END;
        CREATE TRIGGER counterparty_step_never_replaces BEFORE INSERT ON counterparty_step
        WHEN EXISTS (SELECT 1 FROM counterparty_step WHERE id = NEW.id) BEGIN
            SELECT RAISE(ABORT, 'steps are never replaced');
        END;
        CREATE TRIGGER counterparty_step_never_changes BEFORE UPDATE OF id, deal_id, counterparty_id, step, on_day, direction,
            note, document_id, reason, recorded_by, recorded_ms ON counterparty_step BEGIN
            SELECT RAISE(ABORT, 'a step is never changed');
        END;
        CREATE TRIGGER counterparty_step_voided_once BEFORE UPDATE ON counterparty_step WHEN OLD.voided_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a step is made void once');
        END;
        """
}
