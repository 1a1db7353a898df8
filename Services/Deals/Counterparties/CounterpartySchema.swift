extension DealsSchema {
    static let counterparties = """
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
}
