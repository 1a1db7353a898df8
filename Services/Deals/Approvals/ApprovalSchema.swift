extension DealsSchema {
    /// Asked by one, decided once by another, kept for ever. `after_seq` is the deal's last move when it was asked: later
    /// moves use it up.
    static let approvals = """
        CREATE TABLE approval (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            kind TEXT NOT NULL CHECK (kind IN ('engagement', 'fairness_committee', 'stage', 'reopen')),
            stage TEXT CHECK (length(stage) BETWEEN 1 AND 50),
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
            until_ms INTEGER NOT NULL CHECK (until_ms > requested_ms AND until_ms <= requested_ms + 7776000000),
            requested_by BLOB NOT NULL CHECK (length(requested_by) = 16),
            requested_ms INTEGER NOT NULL,
            after_seq INTEGER NOT NULL,
            decision TEXT CHECK (decision IN ('approve', 'reject')),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            decided_by BLOB CHECK (length(decided_by) = 16 AND decided_by <> requested_by),
            decided_ms INTEGER CHECK (decided_ms >= requested_ms),
            by_compliance INTEGER CHECK (by_compliance IN (0, 1)),
            CHECK ((kind = 'stage') = (stage IS NOT NULL)),
            CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_ms IS NULL)
                AND (decision IS NULL) = (by_compliance IS NULL)),
            CHECK (note IS NULL OR decision IS NOT NULL),
            CHECK (decision IS NOT 'reject' OR note IS NOT NULL)
        ) STRICT;
        CREATE INDEX approval_of_deal ON approval (deal_id, id);
        CREATE INDEX approval_open ON approval (deal_id, until_ms) WHERE decision IS NULL;
        CREATE INDEX approval_given ON approval (deal_id, until_ms) WHERE decision = 'approve';
        CREATE TRIGGER approval_keeps_rows BEFORE DELETE ON approval BEGIN
            SELECT RAISE(ABORT, 'approvals are never deleted');
        END;
        CREATE TRIGGER approval_never_replaces BEFORE INSERT ON approval
        WHEN EXISTS (SELECT 1 FROM approval WHERE id = NEW.id) BEGIN
            SELECT RAISE(ABORT, 'approvals are never replaced');
        END;
        CREATE TRIGGER approval_keeps_its_terms
        BEFORE UPDATE OF id, deal_id, kind, stage, reason, until_ms, requested_by, requested_ms, after_seq
        ON approval BEGIN
            SELECT RAISE(ABORT, 'what was asked is never changed');
        END;
        CREATE TRIGGER approval_is_decided_once BEFORE UPDATE ON approval WHEN OLD.decision IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'an approval is decided once');
        END;
        """
}
