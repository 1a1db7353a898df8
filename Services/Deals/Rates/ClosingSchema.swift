extension DealsSchema {
    /// What a deal that has ended is converted by: the rates of the day on which it ended, as they were known when it did.
    /// Deals that ended on one day with the same rates share one `closing`; a later correction of a rate changes none.
    /// `deal.closing_id` is there as long as the deal has ended.
    ///
    /// `closing_tally` counts the values of ended deals as `deal_tally` counts all: of each member, and, where `scope` is
    /// empty, of all that are not secret. A deal without a value is in none.
    static let closings = """
        CREATE TABLE closing (
            id INTEGER NOT NULL PRIMARY KEY,
            day TEXT NOT NULL CHECK (length(day) = 10),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            UNIQUE (day, digest)
        ) STRICT;
        CREATE TABLE closing_rate (
            closing_id INTEGER NOT NULL REFERENCES closing (id),
            base TEXT NOT NULL CHECK (length(base) = 3),
            quote TEXT NOT NULL CHECK (length(quote) = 3),
            as_of TEXT NOT NULL CHECK (length(as_of) = 10),
            digits INTEGER NOT NULL CHECK (digits > 0),
            scale INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 12),
            PRIMARY KEY (closing_id, base, quote)
        ) STRICT, WITHOUT ROWID;
        \(["closing", "closing_rate"].map(frozen).joined(separator: "\n"))
        ALTER TABLE deal ADD COLUMN closing_id INTEGER REFERENCES closing (id);
        CREATE TABLE closing_tally (
            scope BLOB NOT NULL CHECK (length(scope) IN (0, 16)),
            type TEXT NOT NULL,
            stage TEXT NOT NULL,
            status TEXT NOT NULL,
            closing_id INTEGER NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            deals INTEGER NOT NULL CHECK (deals >= 0),
            whole INTEGER NOT NULL CHECK (whole >= 0),
            rest INTEGER NOT NULL CHECK (rest >= 0),
            PRIMARY KEY (scope, type, stage, status, closing_id, currency)
        ) STRICT, WITHOUT ROWID;

        """

    private static func frozen(_ table: String) -> String {
        """
        CREATE TRIGGER \(table)_keeps_rows BEFORE DELETE ON \(table) BEGIN
            SELECT RAISE(ABORT, 'rates of a closing stay');
        END;
        CREATE TRIGGER \(table)_stays BEFORE UPDATE ON \(table) BEGIN
            SELECT RAISE(ABORT, 'rates of a closing are never changed');
        END;
        """
    }

    private static func kind(_ row: String) -> String {
        "\(row).type, \(row).stage, \(row).status, \(row).closing_id, \(row).value_currency"
    }

    private static func parts(_ row: String) -> String {
        "\(row).value_minor / 1000000000, \(row).value_minor % 1000000000"
    }

    /// Whether a deal's value is in a tally.
    private static func counts(_ row: String) -> String {
        """
        \(row).closing_id IS NOT NULL AND \(row).value_minor IS NOT NULL AND \(row).deleted_ms IS NULL
            AND \(row).status IN ('won', 'lost', 'withdrawn')
        """
    }

    private static func scopes(of row: String) -> String {
        """
        SELECT m.user_id FROM team_member m WHERE m.deal_id = \(row).id AND m.removed_ms IS NULL AND \(counts(row))
            UNION ALL SELECT x'' WHERE \(row).confidentiality <> 'secret' AND \(counts(row))
        """
    }

    private static let addsUp = """
        ON CONFLICT DO UPDATE SET deals = deals + 1, whole = whole + excluded.whole, rest = rest + excluded.rest;
        """

    private static func gives(_ row: String) -> String {
        """
        INSERT INTO closing_tally SELECT s.user_id, \(kind(row)), 1, \(parts(row))
        FROM (\(scopes(of: row))) s WHERE TRUE \(addsUp)
        """
    }

    private static func takes(_ row: String, from scopes: String) -> String {
        let rows = "scope IN (\(scopes)) AND (type, stage, status, closing_id, currency) = (\(kind(row)))"
        return """
            UPDATE closing_tally SET deals = deals - 1, whole = whole - \(row).value_minor / 1000000000,
                rest = rest - \(row).value_minor % 1000000000
            WHERE \(rows);
            DELETE FROM closing_tally WHERE \(rows) AND deals = 0;
            """
    }

    /// Deals that have not ended cost the look at `closing_id` alone.
    static let closingTriggers = """
        CREATE TRIGGER deal_reopens AFTER UPDATE OF status ON deal
        WHEN NEW.closing_id IS NOT NULL AND NEW.status NOT IN ('won', 'lost', 'withdrawn') BEGIN
            UPDATE deal SET closing_id = NULL WHERE id = NEW.id;
        END;
        CREATE TRIGGER closing_tally_follows_deal AFTER UPDATE OF
            stage, status, value_minor, value_currency, confidentiality, deleted_ms, closing_id ON deal
        WHEN (OLD.closing_id IS NOT NULL OR NEW.closing_id IS NOT NULL)
            AND (NEW.stage <> OLD.stage OR NEW.status <> OLD.status OR NEW.value_minor IS NOT OLD.value_minor
            OR NEW.value_currency IS NOT OLD.value_currency OR NEW.confidentiality <> OLD.confidentiality
            OR NEW.deleted_ms IS NOT OLD.deleted_ms OR NEW.closing_id IS NOT OLD.closing_id) BEGIN
            \(takes("OLD", from: scopes(of: "OLD")))
            \(gives("NEW"))
        END;
        CREATE TRIGGER closing_tally_gets_member AFTER INSERT ON team_member WHEN NEW.removed_ms IS NULL BEGIN
            INSERT INTO closing_tally SELECT NEW.user_id, \(kind("d")), 1, \(parts("d"))
            FROM deal d WHERE d.id = NEW.deal_id AND \(counts("d")) \(addsUp)
        END;
        CREATE TRIGGER closing_tally_loses_member AFTER UPDATE OF removed_ms ON team_member
        WHEN OLD.removed_ms IS NULL AND NEW.removed_ms IS NOT NULL BEGIN
            UPDATE closing_tally SET deals = deals - 1, (whole, rest) = (
                SELECT closing_tally.whole - d.value_minor / 1000000000, closing_tally.rest - d.value_minor % 1000000000
                FROM deal d WHERE d.id = NEW.deal_id)
            WHERE scope = NEW.user_id AND (type, stage, status, closing_id, currency) = (
                SELECT \(kind("d")) FROM deal d WHERE d.id = NEW.deal_id AND \(counts("d")));
            DELETE FROM closing_tally
            WHERE scope = NEW.user_id AND deals = 0 AND (type, stage, status, closing_id, currency) = (
                SELECT \(kind("d")) FROM deal d WHERE d.id = NEW.deal_id AND \(counts("d")));
        END;

        """

    /// For a file from before there were closings, once each deal has its own.
    static let closingTallyRows = """
        INSERT INTO closing_tally
        SELECT x'', \(kind("d")), COUNT(*), SUM(d.value_minor / 1000000000), SUM(d.value_minor % 1000000000)
        FROM deal d WHERE \(counts("d")) AND d.confidentiality <> 'secret' GROUP BY 1, 2, 3, 4, 5, 6;
        INSERT INTO closing_tally
        SELECT m.user_id, \(kind("d")), COUNT(*), SUM(d.value_minor / 1000000000), SUM(d.value_minor % 1000000000)
        FROM team_member m JOIN deal d ON d.id = m.deal_id
        WHERE m.removed_ms IS NULL AND \(counts("d")) GROUP BY 1, 2, 3, 4, 5, 6;
        """
}
