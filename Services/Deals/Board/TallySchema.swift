extension DealsSchema {
    /// How many deals there are of each kind, and what they add up to: of each member (`scope` is his id) those that he is
    /// on, and, where it is empty, all that are not secret. Deleted deals are in none. A deal without a value has the
    /// currency ''. Kept in the transaction of each change, so that a board costs the same however many deals it has.
    static let tallies = tallyTable + tallyTriggers + tallyRows

    private static let tallyTable = """
        CREATE TABLE deal_tally (
            scope BLOB NOT NULL CHECK (length(scope) IN (0, 16)),
            type TEXT NOT NULL,
            stage TEXT NOT NULL,
            status TEXT NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) IN (0, 3)),
            probability INTEGER NOT NULL,
            deals INTEGER NOT NULL CHECK (deals >= 0),
            whole INTEGER NOT NULL CHECK (whole >= 0),
            rest INTEGER NOT NULL CHECK (rest >= 0),
            PRIMARY KEY (scope, type, stage, status, currency, probability)
        ) STRICT, WITHOUT ROWID;

        """

    /// The amount of `row` in the two parts of `StageTally.part`.
    private static func parts(_ row: String) -> String {
        "coalesce(\(row).value_minor / 1000000000, 0), coalesce(\(row).value_minor % 1000000000, 0)"
    }

    private static func kind(_ row: String) -> String {
        "\(row).type, \(row).stage, \(row).status, coalesce(\(row).value_currency, ''), \(row).probability"
    }

    private static let addsUp = """
        ON CONFLICT DO UPDATE SET deals = deals + 1, whole = whole + excluded.whole, rest = rest + excluded.rest;
        """

    /// A row that counts nothing any more goes.
    private static func takes(_ row: String, from scopes: String) -> String {
        let rows = "scope IN (\(scopes)) AND (type, stage, status, currency, probability) = (\(kind(row)))"
        return """
            UPDATE deal_tally SET deals = deals - 1,
                whole = whole - coalesce(\(row).value_minor / 1000000000, 0),
                rest = rest - coalesce(\(row).value_minor % 1000000000, 0)
            WHERE \(rows);
            DELETE FROM deal_tally WHERE \(rows) AND deals = 0;
            """
    }

    private static func scopes(of row: String) -> String {
        """
        SELECT m.user_id FROM team_member m
            WHERE m.deal_id = \(row).id AND m.removed_ms IS NULL AND \(row).deleted_ms IS NULL
            UNION ALL SELECT x'' WHERE \(row).confidentiality <> 'secret' AND \(row).deleted_ms IS NULL
        """
    }

    private static let tallyTriggers = """
        CREATE TRIGGER deal_tally_gets_deal AFTER INSERT ON deal
        WHEN NEW.confidentiality <> 'secret' AND NEW.deleted_ms IS NULL BEGIN
            INSERT INTO deal_tally VALUES (x'', \(kind("NEW")), 1, \(parts("NEW"))) \(addsUp)
        END;
        CREATE TRIGGER deal_tally_follows_deal AFTER UPDATE OF
            stage, status, value_minor, value_currency, probability, confidentiality, deleted_ms ON deal
        WHEN NEW.stage <> OLD.stage OR NEW.status <> OLD.status OR NEW.value_minor IS NOT OLD.value_minor
            OR NEW.value_currency IS NOT OLD.value_currency OR NEW.probability <> OLD.probability
            OR NEW.confidentiality <> OLD.confidentiality OR NEW.deleted_ms IS NOT OLD.deleted_ms BEGIN
            \(takes("OLD", from: scopes(of: "OLD")))
            INSERT INTO deal_tally SELECT s.user_id, \(kind("NEW")), 1, \(parts("NEW"))
            FROM (\(scopes(of: "NEW"))) s WHERE TRUE \(addsUp)
        END;
        CREATE TRIGGER deal_tally_gets_member AFTER INSERT ON team_member WHEN NEW.removed_ms IS NULL BEGIN
            INSERT INTO deal_tally SELECT NEW.user_id, \(kind("d")), 1, \(parts("d"))
            FROM deal d WHERE d.id = NEW.deal_id AND d.deleted_ms IS NULL \(addsUp)
        END;
        CREATE TRIGGER deal_tally_loses_member AFTER UPDATE OF removed_ms ON team_member
        WHEN OLD.removed_ms IS NULL AND NEW.removed_ms IS NOT NULL BEGIN
            UPDATE deal_tally SET deals = deals - 1, (whole, rest) = (
                SELECT deal_tally.whole - coalesce(d.value_minor / 1000000000, 0),
                    deal_tally.rest - coalesce(d.value_minor % 1000000000, 0) FROM deal d WHERE d.id = NEW.deal_id)
            WHERE scope = NEW.user_id AND (type, stage, status, currency, probability) = (
                SELECT \(kind("d")) FROM deal d WHERE d.id = NEW.deal_id AND d.deleted_ms IS NULL);
            DELETE FROM deal_tally
            WHERE scope = NEW.user_id AND deals = 0 AND (type, stage, status, currency, probability) = (
                SELECT \(kind("d")) FROM deal d WHERE d.id = NEW.deal_id AND d.deleted_ms IS NULL);
        END;

        """

    /// For a file from before there were tallies.
    static let tallyRows = """
        INSERT INTO deal_tally
        SELECT x'', \(kind("d")), COUNT(*), SUM(coalesce(d.value_minor / 1000000000, 0)),
            SUM(coalesce(d.value_minor % 1000000000, 0))
        FROM deal d WHERE d.deleted_ms IS NULL AND d.confidentiality <> 'secret' GROUP BY 1, 2, 3, 4, 5, 6;
        INSERT INTO deal_tally
        SELECT m.user_id, \(kind("d")), COUNT(*), SUM(coalesce(d.value_minor / 1000000000, 0)),
            SUM(coalesce(d.value_minor % 1000000000, 0))
        FROM team_member m JOIN deal d ON d.id = m.deal_id
        WHERE m.removed_ms IS NULL AND d.deleted_ms IS NULL GROUP BY 1, 2, 3, 4, 5, 6;
        """
}
