extension DealsSchema {
    /// The whole record of a deal. `deal_tag` is the index over `tags`, kept by triggers. `last_activity_ms` is kept by
    /// triggers, too, and is the one column that changes without a version of the deal.
    static let record = recordColumns + recordTriggers + customFields + codeNames

    private static let recordColumns = """
        ALTER TABLE deal ADD COLUMN target_name TEXT CHECK (length(target_name) BETWEEN 1 AND 200);
        ALTER TABLE deal ADD COLUMN sub_sector TEXT CHECK (length(sub_sector) BETWEEN 1 AND 80);
        ALTER TABLE deal ADD COLUMN region TEXT CHECK (length(region) BETWEEN 1 AND 80);
        ALTER TABLE deal ADD COLUMN office TEXT CHECK (length(office) BETWEEN 1 AND 80);
        ALTER TABLE deal ADD COLUMN coverage_group TEXT CHECK (length(coverage_group) BETWEEN 1 AND 80);
        ALTER TABLE deal ADD COLUMN source TEXT CHECK (length(source) BETWEEN 1 AND 200);
        ALTER TABLE deal ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal'
            CHECK (priority IN ('low', 'normal', 'high', 'critical'));
        ALTER TABLE deal ADD COLUMN enterprise_value_minor INTEGER CHECK (enterprise_value_minor >= 0);
        ALTER TABLE deal ADD COLUMN enterprise_value_currency TEXT CHECK (length(enterprise_value_currency) = 3)
            CHECK ((enterprise_value_minor IS NULL) = (enterprise_value_currency IS NULL));
        ALTER TABLE deal ADD COLUMN equity_value_minor INTEGER CHECK (equity_value_minor >= 0);
        ALTER TABLE deal ADD COLUMN equity_value_currency TEXT CHECK (length(equity_value_currency) = 3)
            CHECK ((equity_value_minor IS NULL) = (equity_value_currency IS NULL));
        ALTER TABLE deal ADD COLUMN value_basis TEXT NOT NULL DEFAULT 'estimate'
            CHECK (value_basis IN ('estimate', 'announced', 'final'));
        ALTER TABLE deal ADD COLUMN stake_bps INTEGER CHECK (stake_bps BETWEEN 0 AND 10000);
        ALTER TABLE deal ADD COLUMN forecast_category TEXT NOT NULL DEFAULT 'pipeline'
            CHECK (forecast_category IN ('pipeline', 'best_case', 'commit', 'omitted'));
        ALTER TABLE deal ADD COLUMN mandated_on TEXT CHECK (length(mandated_on) = 10);
        ALTER TABLE deal ADD COLUMN signed_on TEXT CHECK (length(signed_on) = 10);
        ALTER TABLE deal ADD COLUMN expected_announce_on TEXT CHECK (length(expected_announce_on) = 10);
        ALTER TABLE deal ADD COLUMN announced_on TEXT CHECK (length(announced_on) = 10);
        ALTER TABLE deal ADD COLUMN next_milestone_on TEXT CHECK (length(next_milestone_on) = 10);
        ALTER TABLE deal ADD COLUMN review_on TEXT CHECK (length(review_on) = 10);
        ALTER TABLE deal ADD COLUMN lost_to TEXT CHECK (length(lost_to) BETWEEN 1 AND 200);
        ALTER TABLE deal ADD COLUMN legal_hold INTEGER NOT NULL DEFAULT 0 CHECK (legal_hold IN (0, 1));
        ALTER TABLE deal ADD COLUMN retention_until TEXT CHECK (length(retention_until) = 10);
        ALTER TABLE deal ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'
            CHECK (tags GLOB '[[]*]' AND length(tags) <= 4096);
        ALTER TABLE deal ADD COLUMN custom_fields TEXT NOT NULL DEFAULT '{}'
            CHECK (custom_fields GLOB '{*}' AND length(custom_fields) <= 32768);
        ALTER TABLE deal ADD COLUMN deleted_by BLOB CHECK (length(deleted_by) = 16)
            CHECK ((deleted_ms IS NULL) = (deleted_by IS NULL)) CHECK (deleted_ms IS NULL OR legal_hold = 0);
        ALTER TABLE deal ADD COLUMN last_activity_ms INTEGER;

        CREATE TABLE deal_tag (
            tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 40),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            PRIMARY KEY (tag, deal_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_tag_of_deal ON deal_tag (deal_id, tag);
        CREATE INDEX deal_deleted ON deal (updated_ms, id) WHERE deleted_ms IS NOT NULL;

        """

    private static let recordTriggers = """
        CREATE TRIGGER deal_begins_with_tags AFTER INSERT ON deal WHEN NEW.tags <> '[]' BEGIN
            INSERT INTO deal_tag (tag, deal_id) SELECT value, NEW.id FROM json_each(NEW.tags);
        END;
        CREATE TRIGGER deal_changes_tags AFTER UPDATE OF tags ON deal WHEN NEW.tags <> OLD.tags BEGIN
            DELETE FROM deal_tag WHERE deal_id = NEW.id;
            INSERT INTO deal_tag (tag, deal_id) SELECT value, NEW.id FROM json_each(NEW.tags);
        END;
        CREATE TRIGGER deal_stays_as_it_was_deleted BEFORE UPDATE ON deal
        WHEN OLD.deleted_ms IS NOT NULL AND NEW.deleted_ms IS NOT NULL AND NEW.version <> OLD.version
            -- It follows its pipeline all the same: whoever restores it must find its stage.
            AND NEW.stage = OLD.stage AND NEW.probability = OLD.probability BEGIN
            SELECT RAISE(ABORT, 'a deleted deal is restored before it is changed');
        END;
        CREATE TRIGGER deal_keeps_rows BEFORE DELETE ON deal BEGIN
            SELECT RAISE(ABORT, 'deals are marked as deleted, never deleted');
        END;

        DROP TRIGGER deal_version_grows;
        UPDATE deal SET search_key = substr(search_key, 1, length(code_key) + length(number) + 1) || char(10)
            || substr(search_key, length(code_key) + length(number) + 2);
        CREATE TRIGGER deal_version_grows BEFORE UPDATE OF
            id, number, number_order, code_name, code_key, search_key, real_name, type, stage, status, client_name, sector,
            country, description, value_minor, value_currency, probability, probability_source, confidentiality,
            conflict_status, conflict_expires_on, lead_user_id, originated_on, engagement_letter_signed_on,
            expected_close_on, closed_on, outcome_reason, next_step, stage_entered_on, version, created_ms, updated_ms,
            deleted_ms, target_name, sub_sector, region, office, coverage_group, source, priority,
            enterprise_value_minor, enterprise_value_currency, equity_value_minor, equity_value_currency, value_basis,
            stake_bps, forecast_category, mandated_on, signed_on, expected_announce_on, announced_on, next_milestone_on,
            review_on, lost_to, legal_hold, retention_until, tags, custom_fields, deleted_by
        ON deal WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a deal changes by one version at a time');
        END;
        UPDATE deal SET last_activity_ms = (
            SELECT max(occurred_ms) FROM deal_activity WHERE deal_id = deal.id AND deleted_ms IS NULL);
        CREATE TRIGGER deal_hears_of_activity AFTER INSERT ON deal_activity BEGIN
            UPDATE deal SET last_activity_ms = max(coalesce(last_activity_ms, NEW.occurred_ms), NEW.occurred_ms)
            WHERE id = NEW.deal_id AND NEW.deleted_ms IS NULL;
        END;
        CREATE TRIGGER deal_hears_of_changed_activity AFTER UPDATE OF occurred_ms, deleted_ms ON deal_activity
        WHEN NEW.occurred_ms <> OLD.occurred_ms OR NEW.deleted_ms IS NOT OLD.deleted_ms BEGIN
            UPDATE deal SET last_activity_ms = (
                SELECT max(occurred_ms) FROM deal_activity WHERE deal_id = NEW.deal_id AND deleted_ms IS NULL)
            WHERE id = NEW.deal_id;
        END;

        """
}
