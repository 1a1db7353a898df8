extension DealsSchema {
    /// Terms are the JSON of `FeeTerms`, which is agreed and replaced as a whole; what reports ask by stands beside it. What the
    /// fee comes to at the deal's values is moved in the transactions that change either. Removed rows stay.
    static let fees = """
        CREATE TABLE fee (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            position INTEGER NOT NULL CHECK (position >= 1),
            terms TEXT NOT NULL CHECK (length(terms) BETWEEN 2 AND 16384 AND terms GLOB '{*}'),
            kind TEXT NOT NULL CHECK (kind IN ('retainer', 'work', 'announcement', 'success', 'opinion', 'break_up',
                'gross_spread', 'arrangement', 'commitment', 'expenses', 'other')),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            title TEXT CHECK (length(title) BETWEEN 1 AND 200),
            status TEXT NOT NULL CHECK (status IN ('planned', 'contracted', 'invoiced', 'paid', 'waived')),
            expected_on TEXT CHECK (length(expected_on) = 10),
            actual_minor INTEGER CHECK (actual_minor >= 0),
            paid_on TEXT CHECK (length(paid_on) = 10),
            waive_reason TEXT CHECK (length(waive_reason) BETWEEN 10 AND 500),
            due_minor INTEGER CHECK (due_minor >= 0),
            ours_minor INTEGER CHECK (ours_minor BETWEEN 0 AND due_minor),
            added_by BLOB NOT NULL CHECK (length(added_by) = 16),
            added_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL CHECK (updated_ms >= added_ms),
            version INTEGER NOT NULL CHECK (version >= 1),
            removed_by BLOB CHECK (length(removed_by) = 16),
            removed_ms INTEGER CHECK (removed_ms >= added_ms),
            CHECK ((removed_ms IS NULL) = (removed_by IS NULL)),
            CHECK ((due_minor IS NULL) = (ours_minor IS NULL)),
            CHECK (status <> 'paid' OR (actual_minor IS NOT NULL AND paid_on IS NOT NULL)),
            CHECK ((status = 'waived') = (waive_reason IS NOT NULL)),
            UNIQUE (deal_id, position)
        ) STRICT;
        CREATE INDEX fee_of_deal ON fee (deal_id, position) WHERE removed_ms IS NULL;
        CREATE TRIGGER fee_keeps_rows BEFORE DELETE ON fee BEGIN
            SELECT RAISE(ABORT, 'fees are removed, never deleted');
        END;
        CREATE TRIGGER fee_leaves_once BEFORE UPDATE ON fee WHEN OLD.removed_ms IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'a removed fee is never changed');
        END;
        CREATE TRIGGER fee_version_grows BEFORE UPDATE OF terms, kind, currency, title, status, expected_on, actual_minor,
            paid_on, waive_reason, removed_ms ON fee
        WHEN NEW.version <> OLD.version + 1 BEGIN
            SELECT RAISE(ABORT, 'a fee changes by one version at a time');
        END;
        CREATE TRIGGER fee_keeps_its_origin BEFORE UPDATE OF id, deal_id, position, added_by, added_ms ON fee BEGIN
            SELECT RAISE(ABORT, 'a fee keeps its deal');
        END;
        """
}
