extension DealsSchema {
    /// One tail of a deal, whose versions go on when it is removed and agreed again. It covers all counterparties of the deal
    /// where it names none.
    static let tails = """
        CREATE TABLE deal_tail (
            deal_id BLOB NOT NULL PRIMARY KEY REFERENCES deal (id),
            months INTEGER NOT NULL CHECK (months BETWEEN 1 AND 60),
            starts_on TEXT CHECK (length(starts_on) = 10),
            ends_on TEXT CHECK (length(ends_on) = 10 AND ends_on > starts_on),
            start_agreed INTEGER NOT NULL CHECK (start_agreed IN (0, 1)),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= added_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            removed_by BLOB CHECK (length(removed_by) = 16),
            removed_ms INTEGER CHECK (removed_ms >= added_ms),
            CHECK ((starts_on IS NULL) = (ends_on IS NULL)),
            CHECK (start_agreed = 0 OR starts_on IS NOT NULL),
            CHECK ((removed_ms IS NULL) = (removed_by IS NULL))
        ) STRICT;
        CREATE INDEX deal_tail_live ON deal_tail (ends_on, deal_id) WHERE removed_ms IS NULL;
        CREATE TABLE deal_tail_counterparty (
            deal_id BLOB NOT NULL REFERENCES deal_tail (deal_id),
            counterparty_id BLOB NOT NULL REFERENCES counterparty (id),
            PRIMARY KEY (deal_id, counterparty_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deal_tail_counterparty_of_counterparty ON deal_tail_counterparty (counterparty_id);
        CREATE TRIGGER deal_tail_counterparty_is_of_the_deal BEFORE INSERT ON deal_tail_counterparty
        WHEN NOT EXISTS (SELECT 1 FROM counterparty WHERE id = NEW.counterparty_id AND deal_id = NEW.deal_id) BEGIN
            SELECT RAISE(ABORT, 'a tail covers counterparties of its deal');
        END;
        CREATE TRIGGER deal_tail_counterparty_stays BEFORE UPDATE ON deal_tail_counterparty BEGIN
            SELECT RAISE(ABORT, 'what a tail covers is replaced, never changed');
        END;
        CREATE TRIGGER deal_tail_keeps_rows BEFORE DELETE ON deal_tail BEGIN
            SELECT RAISE(ABORT, 'tails are removed, never deleted');
        END;
        CREATE TRIGGER deal_tail_version_grows BEFORE UPDATE ON deal_tail
        WHEN NEW.version <> OLD.version + 1 OR NEW.deal_id <> OLD.deal_id BEGIN
            SELECT RAISE(ABORT, 'a tail changes by one version at a time');
        END;
        """
}
