extension DealsSchema {
    static let transitions = """
        CREATE TABLE stage_transition (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            from_stage TEXT,
            to_stage TEXT NOT NULL,
            from_status TEXT,
            to_status TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ('forward', 'skip', 'back', 'hold', 'resume', 'end', 'reopen')),
            reason TEXT CHECK (length(reason) BETWEEN 1 AND 500),
            effective_on TEXT NOT NULL CHECK (length(effective_on) = 10),
            days_in_from INTEGER NOT NULL CHECK (days_in_from >= 0),
            by_user_id BLOB NOT NULL CHECK (length(by_user_id) = 16),
            at_ms INTEGER NOT NULL,
            CHECK ((from_stage IS NULL) = (from_status IS NULL)),
            CHECK (direction IN ('forward', 'resume') OR reason IS NOT NULL)
        ) STRICT;
        CREATE INDEX stage_transition_of_deal ON stage_transition (deal_id, seq);
        CREATE TRIGGER stage_transition_keeps_rows_as_they_are BEFORE UPDATE ON stage_transition BEGIN
            SELECT RAISE(ABORT, 'stage transitions are never changed');
        END;
        CREATE TRIGGER stage_transition_keeps_rows BEFORE DELETE ON stage_transition BEGIN
            SELECT RAISE(ABORT, 'stage transitions are never deleted');
        END;
        CREATE TRIGGER stage_transition_never_replaces BEFORE INSERT ON stage_transition
        WHEN EXISTS (SELECT 1 FROM stage_transition WHERE id = NEW.id OR seq = NEW.seq) BEGIN
            SELECT RAISE(ABORT, 'stage transitions are never replaced');
        END;
        """

    /// What a move said beside its reason, what it passed with a warning, and what an override passed over: as rows of
    /// the history are, for ever. `unmet` and `warnings` are JSON arrays of `FieldFault`.
    static let movesWithWords = """
        ALTER TABLE stage_transition ADD COLUMN reason_code TEXT CHECK (reason_code IS NULL OR (direction = 'end'
            AND reason_code IN ('competitor', 'price', 'terms', 'financing', 'market', 'client', 'conflict', 'other')));
        ALTER TABLE stage_transition ADD COLUMN lost_to TEXT CHECK (lost_to IS NULL
            OR (length(lost_to) BETWEEN 1 AND 200 AND reason_code IS 'competitor'));
        ALTER TABLE stage_transition ADD COLUMN review_on TEXT CHECK (review_on IS NULL
            OR (length(review_on) = 10 AND direction = 'hold'));
        ALTER TABLE stage_transition ADD COLUMN override_reason TEXT
            CHECK (length(override_reason) BETWEEN 10 AND 500);
        ALTER TABLE stage_transition ADD COLUMN overridden_by BLOB
            CHECK (overridden_by IS NULL OR overridden_by = by_user_id);
        ALTER TABLE stage_transition ADD COLUMN unmet TEXT NOT NULL DEFAULT '[]'
            CHECK (length(unmet) BETWEEN 2 AND 100000 AND unmet GLOB '[[]*]' AND (unmet = '[]') = (override_reason IS NULL)
                AND (overridden_by IS NULL) = (override_reason IS NULL));
        ALTER TABLE stage_transition ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]'
            CHECK (length(warnings) BETWEEN 2 AND 100000 AND warnings GLOB '[[]*]');
        """
}
