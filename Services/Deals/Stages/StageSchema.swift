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
}
