extension DealsSchema {
    static let numbers = """
        CREATE TABLE deal_number (
            year INTEGER NOT NULL PRIMARY KEY CHECK (year BETWEEN 1970 AND 2199),
            last INTEGER NOT NULL CHECK (last BETWEEN 1 AND 999999999)
        ) STRICT;
        """

    /// `code_key` is the folded code name, `search_key` all that search looks at, `number_order` sorts as the numbers
    /// were given.
    static let deals = """
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
}
