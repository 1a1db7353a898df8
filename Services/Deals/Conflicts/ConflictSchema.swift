extension DealsSchema {
    static let conflicts = """
        CREATE TABLE conflict_decision (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            decision TEXT NOT NULL CHECK (decision IN ('cleared', 'cleared_with_conditions', 'declined')),
            note TEXT CHECK (length(note) BETWEEN 1 AND 2000),
            expires_on TEXT CHECK (length(expires_on) = 10),
            decided_by BLOB NOT NULL CHECK (length(decided_by) = 16),
            decided_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX conflict_decision_of_deal ON conflict_decision (deal_id, decided_ms);
        CREATE TRIGGER conflict_decision_keeps_rows_as_they_are BEFORE UPDATE ON conflict_decision BEGIN
            SELECT RAISE(ABORT, 'conflict decisions are never changed');
        END;
        CREATE TRIGGER conflict_decision_keeps_rows BEFORE DELETE ON conflict_decision BEGIN
            SELECT RAISE(ABORT, 'conflict decisions are never deleted');
        END;
        """
}
