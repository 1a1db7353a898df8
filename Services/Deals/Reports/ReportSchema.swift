extension DealsSchema {
    /// `deal_state` is what a deal was, from each of its changes on that reports tell of; the last row is what it is. It
    /// follows the deal in the transaction of each change, whoever may see the deal.
    ///
    /// `report_fact` adds up what the states of all deals say that are neither secret nor deleted: see `ReportFact`. It has
    /// each dated fact by its day (`level` 0) and by its month (`level` 1, months since the year 0), so that a report over
    /// years reads few rows. Amounts are in two parts, see `StageTally.part`. A row that adds up to nothing goes.
    static let reports = """
        CREATE TABLE deal_state (
            deal_id BLOB NOT NULL REFERENCES deal (id),
            n INTEGER NOT NULL CHECK (n >= 1),
            day INTEGER NOT NULL,
            stage TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('active', 'on_hold', 'won', 'lost', 'withdrawn')),
            currency TEXT CHECK (length(currency) = 3),
            minor INTEGER CHECK ((minor IS NULL) = (currency IS NULL)),
            probability INTEGER NOT NULL CHECK (probability BETWEEN 0 AND 100),
            expected_close INTEGER,
            move TEXT CHECK (move IN ('forward', 'back')),
            furthest TEXT NOT NULL,
            reason TEXT,
            PRIMARY KEY (deal_id, n)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER deal_state_keeps_rows BEFORE DELETE ON deal_state BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never deleted');
        END;
        CREATE TRIGGER deal_state_keeps_rows_as_they_are BEFORE UPDATE ON deal_state
        WHEN NEW.deal_id <> OLD.deal_id OR NEW.n <> OLD.n OR NEW.day <> OLD.day OR NEW.stage <> OLD.stage
            OR NEW.status <> OLD.status OR NEW.currency IS NOT OLD.currency OR NEW.minor IS NOT OLD.minor
            OR NEW.probability <> OLD.probability OR NEW.expected_close IS NOT OLD.expected_close
            OR NEW.move IS NOT OLD.move OR NEW.furthest <> OLD.furthest OR OLD.reason IS NOT NULL BEGIN
            SELECT RAISE(ABORT, 'what a deal was is never changed');
        END;
        CREATE TRIGGER deal_state_never_goes_back BEFORE INSERT ON deal_state
        WHEN EXISTS (SELECT 1 FROM deal_state WHERE deal_id = NEW.deal_id AND (n >= NEW.n OR day > NEW.day)) BEGIN
            SELECT RAISE(ABORT, 'what a deal was is written forward only');
        END;

        CREATE TABLE report_fact (
            kind TEXT NOT NULL,
            type TEXT NOT NULL,
            level INTEGER NOT NULL CHECK (level IN (0, 1)),
            period INTEGER NOT NULL,
            stage TEXT NOT NULL,
            status TEXT NOT NULL,
            flow TEXT NOT NULL,
            place TEXT NOT NULL,
            reason TEXT NOT NULL,
            lead TEXT NOT NULL,
            sector TEXT NOT NULL,
            country TEXT NOT NULL,
            competitor TEXT NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) IN (0, 3)),
            days INTEGER NOT NULL,
            count INTEGER NOT NULL,
            whole INTEGER NOT NULL,
            rest INTEGER NOT NULL,
            weighted_whole INTEGER NOT NULL,
            weighted_rest INTEGER NOT NULL,
            PRIMARY KEY (kind, type, level, period, stage, status, flow, place, reason, lead, sector, country, competitor,
                currency, days)
        ) STRICT, WITHOUT ROWID;
        """
}
