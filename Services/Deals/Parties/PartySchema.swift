extension DealsSchema {
    /// Removed rows stay: who saw the deal while an organization was on it knows of the organization for ever.
    static let parties = """
        CREATE TABLE deal_party (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            position INTEGER NOT NULL CHECK (position >= 1),
            organization_id BLOB NOT NULL REFERENCES organization (id),
            person_id BLOB REFERENCES person (id),
            role TEXT NOT NULL CHECK (role IN ('client', 'target', 'seller', 'acquirer', 'issuer', 'guarantor', 'lender',
                'investor', 'legal_counsel', 'auditor', 'co_adviser', 'bookrunner', 'co_manager', 'trustee', 'other')),
            side TEXT CHECK (side IN ('buy', 'sell', 'neutral')),
            is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
            code_alias TEXT CHECK (length(code_alias) BETWEEN 1 AND 80),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= added_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            removed_by BLOB CHECK (length(removed_by) = 16),
            removed_ms INTEGER CHECK (removed_ms >= added_ms),
            CHECK ((removed_ms IS NULL) = (removed_by IS NULL)),
            UNIQUE (deal_id, position)
        ) STRICT;
        CREATE UNIQUE INDEX deal_party_primary ON deal_party (deal_id, role)
            WHERE is_primary = 1 AND removed_ms IS NULL;
        CREATE INDEX deal_party_of_deal ON deal_party (deal_id, position) WHERE removed_ms IS NULL;
        CREATE INDEX deal_party_organizations ON deal_party (deal_id, organization_id);
        CREATE INDEX deal_party_of_organization ON deal_party (organization_id, deal_id);
        CREATE TRIGGER deal_party_keeps_rows BEFORE DELETE ON deal_party BEGIN
            SELECT RAISE(ABORT, 'parties are removed, never deleted');
        END;
        CREATE TRIGGER deal_party_leaves_once BEFORE UPDATE ON deal_party WHEN OLD.removed_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a removed party is never changed');
        END;
        CREATE TRIGGER deal_party_version_grows BEFORE UPDATE ON deal_party WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a party changes by one version at a time');
        END;
        CREATE TRIGGER deal_party_keeps_its_origin
        BEFORE UPDATE OF id, deal_id, position, person_id, added_by, added_ms ON deal_party BEGIN
            SELECT RAISE(ABORT, 'a party keeps its deal');
        END;
        """
}
