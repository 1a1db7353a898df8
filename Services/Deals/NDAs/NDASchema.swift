extension DealsSchema {
    /// That one has expired is never stored: it follows from its last day.
    static let ndas = """
        CREATE TABLE nda (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL,
            counterparty_id BLOB NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('draft', 'sent', 'negotiating', 'executed', 'declined')),
            executed_on TEXT CHECK (length(executed_on) = 10),
            expires_on TEXT CHECK (length(expires_on) = 10),
            standstill_until TEXT CHECK (length(standstill_until) = 10),
            non_solicit_until TEXT CHECK (length(non_solicit_until) = 10),
            document_id BLOB REFERENCES document (id),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= added_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            CHECK ((status = 'executed') = (executed_on IS NOT NULL)),
            CHECK (expires_on >= executed_on),
            CHECK (standstill_until >= executed_on),
            CHECK (non_solicit_until >= executed_on),
            FOREIGN KEY (deal_id, counterparty_id) REFERENCES counterparty (deal_id, id)
        ) STRICT;
        CREATE INDEX nda_of_counterparty ON nda (counterparty_id);
        CREATE INDEX nda_of_deal ON nda (deal_id);
        CREATE INDEX nda_expiring_of_deal ON nda (deal_id, expires_on, id)
            WHERE status = 'executed' AND expires_on IS NOT NULL;
        CREATE INDEX nda_expiring ON nda (expires_on, id) WHERE status = 'executed' AND expires_on IS NOT NULL;
        CREATE TRIGGER nda_keeps_rows BEFORE DELETE ON nda BEGIN
            SELECT RAISE(ABORT, 'NDAs are declined or expire, and are never deleted');
        END;
        CREATE TRIGGER nda_version_grows BEFORE UPDATE ON nda WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'an NDA changes by one version at a time');
        END;
        CREATE TRIGGER nda_keeps_its_origin BEFORE UPDATE OF id, deal_id, counterparty_id, added_by, added_ms ON nda BEGIN
            SELECT RAISE(ABORT, 'an NDA keeps its counterparty');
        END;
        """
}
