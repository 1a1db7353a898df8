extension DealsSchema {
    /// Rounds stay. So do bids: one that a newer one superseded or that was withdrawn is never changed again, and of the
    /// others a counterparty has one in each round.
    static let bids = """
        CREATE TABLE deal_round (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 20),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
            kind TEXT NOT NULL CHECK (kind IN ('ioi', 'loi', 'final')),
            bids_due_on TEXT CHECK (length(bids_due_on) = 10),
            process_letter_id BLOB REFERENCES document (id),
            status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= added_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            UNIQUE (deal_id, number)
        ) STRICT;
        CREATE TRIGGER deal_round_keeps_rows BEFORE DELETE ON deal_round BEGIN
            SELECT RAISE(ABORT, 'rounds are closed, never deleted');
        END;
        CREATE TRIGGER deal_round_version_grows BEFORE UPDATE ON deal_round WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a round changes by one version at a time');
        END;
        CREATE TRIGGER deal_round_keeps_its_origin
        BEFORE UPDATE OF id, deal_id, number, added_by, added_ms ON deal_round BEGIN
            SELECT RAISE(ABORT, 'a round keeps its deal and its number');
        END;

        CREATE TABLE bid (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL,
            position INTEGER NOT NULL CHECK (position >= 1),
            counterparty_id BLOB NOT NULL REFERENCES counterparty (id),
            round INTEGER NOT NULL,
            received_on TEXT NOT NULL CHECK (length(received_on) = 10),
            low_minor INTEGER NOT NULL CHECK (low_minor > 0),
            high_minor INTEGER NOT NULL CHECK (high_minor >= low_minor),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            basis TEXT NOT NULL CHECK (basis IN ('enterprise_value', 'equity_value', 'per_share')),
            form TEXT NOT NULL CHECK (form IN ('cash', 'stock', 'mix')),
            cash_units INTEGER CHECK (cash_units BETWEEN 1 AND 99999999),
            financing TEXT NOT NULL CHECK (financing IN ('committed', 'highly_confident', 'contingent', 'none')),
            conditions TEXT CHECK (length(conditions) BETWEEN 1 AND 2000),
            exclusivity_days INTEGER CHECK (exclusivity_days BETWEEN 1 AND 365),
            expires_on TEXT CHECK (length(expires_on) = 10 AND expires_on >= received_on),
            score INTEGER CHECK (score BETWEEN 0 AND 100),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            supersedes BLOB REFERENCES bid (id),
            superseded_ms INTEGER CHECK (superseded_ms >= added_ms),
            withdrawn_by BLOB CHECK (length(withdrawn_by) = 16),
            withdrawn_ms INTEGER CHECK (withdrawn_ms >= added_ms),
            withdrawal_reason TEXT CHECK (length(withdrawal_reason) BETWEEN 1 AND 500),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= added_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            FOREIGN KEY (deal_id, round) REFERENCES deal_round (deal_id, number),
            CHECK ((form = 'mix') = (cash_units IS NOT NULL)),
            CHECK ((withdrawn_ms IS NULL) = (withdrawn_by IS NULL)),
            CHECK ((withdrawn_ms IS NULL) = (withdrawal_reason IS NULL)),
            CHECK (withdrawn_ms IS NULL OR superseded_ms IS NULL),
            UNIQUE (deal_id, position)
        ) STRICT;
        CREATE UNIQUE INDEX bid_current ON bid (deal_id, round, counterparty_id)
            WHERE superseded_ms IS NULL AND withdrawn_ms IS NULL;
        CREATE INDEX bid_of_counterparty ON bid (counterparty_id);
        CREATE TRIGGER bid_is_of_the_deals_counterparty BEFORE INSERT ON bid
        WHEN NOT EXISTS (SELECT 1 FROM counterparty WHERE id = NEW.counterparty_id AND deal_id = NEW.deal_id) BEGIN
            SELECT RAISE(ABORT, 'a bid is of a counterparty of its deal');
        END;
        CREATE TRIGGER bid_never_replaces BEFORE INSERT ON bid
        WHEN EXISTS (SELECT 1 FROM bid WHERE id = NEW.id)
            OR EXISTS (SELECT 1 FROM bid WHERE deal_id = NEW.deal_id AND position = NEW.position)
            OR NEW.superseded_ms IS NULL AND EXISTS (
                SELECT 1 FROM bid
                WHERE deal_id = NEW.deal_id AND round = NEW.round AND counterparty_id = NEW.counterparty_id
                    AND superseded_ms IS NULL AND withdrawn_ms IS NULL) BEGIN
            SELECT RAISE(ABORT, 'bids are never replaced');
        END;
        CREATE TRIGGER bid_keeps_rows BEFORE DELETE ON bid BEGIN
            SELECT RAISE(ABORT, 'bids are withdrawn, never deleted');
        END;
        CREATE TRIGGER bid_that_is_over_stays BEFORE UPDATE ON bid
        WHEN OLD.superseded_ms IS NOT NULL OR OLD.withdrawn_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a bid that is over is never changed');
        END;
        CREATE TRIGGER bid_version_grows BEFORE UPDATE ON bid WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a bid changes by one version at a time');
        END;
        CREATE TRIGGER bid_keeps_its_origin
        BEFORE UPDATE OF id, deal_id, position, counterparty_id, round, supersedes, added_by, added_ms ON bid BEGIN
            SELECT RAISE(ABORT, 'a bid keeps its counterparty and its round');
        END;
        """
}
