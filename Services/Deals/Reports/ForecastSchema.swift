extension DealsSchema {
    /// What a forecast of fees counts. `fee_forecast` has one row for each fee that it counts: in which month, as what and at
    /// how much. `fee_forecast_change` says what such a row was until an instant, and is only ever added to: from what is and
    /// what has changed since follows what was. `fee_forecast_tally` adds up the rows by member and, where `scope` is
    /// empty, over all deals that are neither secret nor deleted; those by lead, type, sector and stage as well,
    /// without their months.
    ///
    /// All three are kept in the transaction of each change, so that a forecast costs the same however many deals there are.
    static let forecast = forecastTables + forecastGuards + forecastTriggers + forecastRows

    /// `month` is empty where neither the fee nor its deal has a day. `percent` is the deal's chance of a planned fee, and 100
    /// of all others. A fee whose amount is not known has none, and counts as unknown.
    private static let forecastTables = """
        CREATE TABLE fee_forecast (
            deal_id BLOB NOT NULL REFERENCES deal (id),
            fee_id BLOB NOT NULL REFERENCES fee (id),
            month TEXT NOT NULL CHECK (length(month) IN (0, 7)),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            status TEXT NOT NULL CHECK (status IN ('planned', 'contracted', 'invoiced', 'paid', 'waived')),
            percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100),
            minor INTEGER CHECK (minor >= 0),
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (deal_id, fee_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE fee_forecast_change (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            deal_id BLOB NOT NULL,
            fee_id BLOB NOT NULL,
            at_ms INTEGER NOT NULL,
            month TEXT,
            currency TEXT,
            status TEXT,
            percent INTEGER,
            minor INTEGER,
            CHECK ((month IS NULL) = (status IS NULL) AND (currency IS NULL) = (status IS NULL)
                AND (percent IS NULL) = (status IS NULL))
        ) STRICT;
        CREATE INDEX fee_forecast_change_by_time ON fee_forecast_change (at_ms);
        CREATE TABLE fee_forecast_tally (
            scope BLOB NOT NULL CHECK (length(scope) IN (0, 16)),
            dimension TEXT NOT NULL CHECK (dimension IN ('', 'lead', 'type', 'sector', 'stage')),
            member ANY NOT NULL,
            month TEXT NOT NULL,
            currency TEXT NOT NULL,
            status TEXT NOT NULL,
            deals INTEGER NOT NULL,
            fees INTEGER NOT NULL,
            unknown INTEGER NOT NULL,
            whole INTEGER NOT NULL,
            rest INTEGER NOT NULL,
            weighted_whole INTEGER NOT NULL,
            weighted_rest INTEGER NOT NULL,
            PRIMARY KEY (scope, dimension, member, month, currency, status)
        ) STRICT, WITHOUT ROWID;

        """

    private static let forecastGuards = """
        CREATE TRIGGER fee_forecast_change_keeps_rows_as_they_are BEFORE UPDATE ON fee_forecast_change BEGIN
            SELECT RAISE(ABORT, 'what a forecast was is never changed');
        END;
        CREATE TRIGGER fee_forecast_change_keeps_rows BEFORE DELETE ON fee_forecast_change BEGIN
            SELECT RAISE(ABORT, 'what a forecast was is never deleted');
        END;
        CREATE TRIGGER fee_forecast_tally_begins AFTER INSERT ON fee_forecast_tally WHEN NEW.fees <= 0 BEGIN
            SELECT RAISE(ABORT, 'a forecast counts no fewer than none');
        END;
        CREATE TRIGGER fee_forecast_tally_ends AFTER UPDATE ON fee_forecast_tally WHEN NEW.fees <= 0 BEGIN
            SELECT RAISE(ABORT, 'a forecast counts no fewer than none') WHERE NEW.fees < 0;
            DELETE FROM fee_forecast_tally
            WHERE (scope, dimension, member, month, currency, status)
                = (NEW.scope, NEW.dimension, NEW.member, NEW.month, NEW.currency, NEW.status);
        END;

        """

    /// Where a deal is counted, as `scope, dimension, member`.
    /// - Parameters:
    ///   - row: `NEW` or `OLD` of a trigger of `deal`; else `d`, which is read by its key.
    private static func places(of row: String, key: String? = nil) -> String {
        let isOpen = "\(row).confidentiality <> 'secret' AND \(row).deleted_ms IS NULL"
        let open = key.map { "FROM deal d WHERE d.id = \($0) AND \(isOpen)" } ?? "WHERE \(isOpen)"
        let join = key == nil ? "" : "JOIN deal d ON d.id = m.deal_id"
        return """
            SELECT m.user_id AS scope, '' AS dimension, '' AS member FROM team_member m \(join)
                WHERE m.deal_id = \(key ?? "\(row).id") AND m.removed_ms IS NULL AND \(row).deleted_ms IS NULL
                UNION ALL SELECT x'', '', '' \(open)
                UNION ALL SELECT x'', 'lead', \(row).lead_user_id \(open)
                UNION ALL SELECT x'', 'type', \(row).type \(open)
                UNION ALL SELECT x'', 'sector', coalesce(\(row).sector, '') \(open)
                UNION ALL SELECT x'', 'stage', \(row).type || '.' || \(row).stage \(open)
            """
    }

    private static let addsForecast = """
        ON CONFLICT DO UPDATE SET deals = deals + excluded.deals, fees = fees + excluded.fees,
            unknown = unknown + excluded.unknown, whole = whole + excluded.whole, rest = rest + excluded.rest,
            weighted_whole = weighted_whole + excluded.weighted_whole,
            weighted_rest = weighted_rest + excluded.weighted_rest;
        """

    private static let sums = """
        COUNT(DISTINCT f.deal_id) AS deals, COUNT(*) AS fees, SUM(f.minor IS NULL) AS unknown,
            coalesce(SUM(f.minor / 1000000000), 0) AS whole, coalesce(SUM(f.minor % 1000000000), 0) AS rest,
            coalesce(SUM(f.minor / 1000000000 * f.percent), 0) AS ww,
            coalesce(SUM(f.minor % 1000000000 * f.percent), 0) AS wr
        """

    /// Counts all fees of a deal in `places`, or takes them away. A deal with two fees of one kind and month is one deal.
    /// - Parameter places: as `places` has them.
    private static func countsAll(of deal: String, in places: String, _ sign: String = "") -> String {
        let signed = "deals fees unknown whole rest ww wr".split(separator: " ").map { "\(sign)g.\($0)" }
        return """
            INSERT INTO fee_forecast_tally
            SELECT s.scope, s.dimension, s.member, iif(s.dimension = '', g.month, ''), g.currency, g.status, \(signed.joined(separator: ", "))
            FROM (\(places)) s JOIN (
                SELECT f.month, f.currency, f.status, \(sums)
                FROM fee_forecast f WHERE f.deal_id = \(deal) GROUP BY 1, 2, 3) g WHERE TRUE \(addsForecast)
            """
    }

    /// What is expected of a deal counts while it may still come; what was invoiced, paid or waived stays.
    private static let isCounted = """
        f.removed_ms IS NULL AND (f.status IN ('invoiced', 'paid', 'waived')
            OR (d.status NOT IN ('lost', 'withdrawn') AND d.forecast_category <> 'omitted'))
        """

    /// When the deal or one of its fees changed last. What follows its pipeline has that in the record of its versions.
    private static let lastChange = """
        max(d.updated_ms, coalesce((
            SELECT v.at_ms FROM deal_version v WHERE v.deal_id = d.id AND v.version = d.version), 0), coalesce((
            SELECT max(max(o.updated_ms, coalesce(o.removed_ms, 0))) FROM fee o WHERE o.deal_id = d.id), 0))
        """

    /// The columns of `fee_forecast` of the fee `f` of the deal `d`.
    private static let forecastOfFee = """
        d.id, f.id,
        CASE f.status WHEN 'paid' THEN substr(f.paid_on, 1, 7)
            ELSE coalesce(substr(coalesce(f.expected_on, d.expected_close_on), 1, 7), '') END,
        f.currency, f.status, CASE f.status WHEN 'planned' THEN d.probability ELSE 100 END,
        CASE f.status WHEN 'paid' THEN f.actual_minor WHEN 'invoiced' THEN coalesce(f.actual_minor, f.ours_minor)
            ELSE f.ours_minor END,
        \(lastChange)
        """

    /// Writes what fees count as now, where that has changed. Of a fee that is waived the amount stays that it came to before.
    /// - Parameter which: a condition on the fees `f` of the deal `deal`.
    private static func follows(_ which: String, of deal: String) -> String {
        """
        DELETE FROM fee_forecast WHERE deal_id = \(deal) AND fee_id IN (
            SELECT f.id FROM fee f JOIN deal d ON d.id = f.deal_id WHERE \(which) AND NOT (\(isCounted)));
        INSERT INTO fee_forecast SELECT \(forecastOfFee)
        FROM fee f JOIN deal d ON d.id = f.deal_id WHERE \(which) AND \(isCounted)
        ON CONFLICT DO UPDATE SET month = excluded.month, currency = excluded.currency, status = excluded.status,
            percent = excluded.percent, at_ms = excluded.at_ms,
            minor = CASE excluded.status WHEN 'waived' THEN coalesce(excluded.minor, minor) ELSE excluded.minor END
        WHERE (month, currency, status, percent) <> (excluded.month, excluded.currency, excluded.status, excluded.percent)
            OR minor IS NOT excluded.minor;
        """
    }

    private static let forecastTriggers = """
        CREATE TRIGGER fee_forecast_begins AFTER INSERT ON fee_forecast BEGIN
            INSERT INTO fee_forecast_change (deal_id, fee_id, at_ms) VALUES (NEW.deal_id, NEW.fee_id, NEW.at_ms);
        END;
        CREATE TRIGGER fee_forecast_changes AFTER UPDATE ON fee_forecast BEGIN
            INSERT INTO fee_forecast_change (deal_id, fee_id, at_ms, month, currency, status, percent, minor)
            VALUES (OLD.deal_id, OLD.fee_id, NEW.at_ms, OLD.month, OLD.currency, OLD.status, OLD.percent, OLD.minor);
        END;
        CREATE TRIGGER fee_forecast_leaves AFTER DELETE ON fee_forecast BEGIN
            INSERT INTO fee_forecast_change (deal_id, fee_id, at_ms, month, currency, status, percent, minor)
            SELECT OLD.deal_id, OLD.fee_id, \(lastChange), OLD.month, OLD.currency, OLD.status, OLD.percent, OLD.minor
            FROM deal d WHERE d.id = OLD.deal_id;
        END;

        CREATE TRIGGER fee_forecast_gets_fee AFTER INSERT ON fee BEGIN
            \(countsAll(of: "NEW.deal_id", in: places(of: "d", key: "NEW.deal_id"), "-"))
            \(follows("f.id = NEW.id", of: "NEW.deal_id"))
            \(countsAll(of: "NEW.deal_id", in: places(of: "d", key: "NEW.deal_id")))
        END;
        CREATE TRIGGER fee_forecast_follows_fee AFTER UPDATE ON fee
        WHEN (NEW.currency, NEW.status, NEW.expected_on, NEW.actual_minor, NEW.paid_on, NEW.ours_minor, NEW.removed_ms) IS NOT
            (OLD.currency, OLD.status, OLD.expected_on, OLD.actual_minor, OLD.paid_on, OLD.ours_minor, OLD.removed_ms) BEGIN
            \(countsAll(of: "NEW.deal_id", in: places(of: "d", key: "NEW.deal_id"), "-"))
            \(follows("f.id = NEW.id", of: "NEW.deal_id"))
            \(countsAll(of: "NEW.deal_id", in: places(of: "d", key: "NEW.deal_id")))
        END;
        CREATE TRIGGER fee_forecast_follows_deal AFTER UPDATE OF probability, status, forecast_category,
            expected_close_on, lead_user_id, sector, stage, confidentiality, deleted_ms ON deal
        WHEN (NEW.lead_user_id, NEW.sector, NEW.stage, NEW.confidentiality, NEW.deleted_ms, NEW.probability, NEW.status,
                NEW.forecast_category, NEW.expected_close_on) IS NOT
            (OLD.lead_user_id, OLD.sector, OLD.stage, OLD.confidentiality, OLD.deleted_ms, OLD.probability, OLD.status,
                OLD.forecast_category, OLD.expected_close_on)
            AND EXISTS (SELECT 1 FROM fee WHERE deal_id = NEW.id) BEGIN
            \(countsAll(of: "OLD.id", in: places(of: "OLD"), "-"))
            \(follows("f.deal_id = NEW.id", of: "NEW.id"))
            \(countsAll(of: "NEW.id", in: places(of: "NEW")))
        END;
        CREATE TRIGGER fee_forecast_gets_member AFTER INSERT ON team_member WHEN NEW.removed_ms IS NULL BEGIN
            \(countsAll(of: "NEW.deal_id", in: membersPlace))
        END;
        CREATE TRIGGER fee_forecast_loses_member AFTER UPDATE OF removed_ms ON team_member
        WHEN OLD.removed_ms IS NULL AND NEW.removed_ms IS NOT NULL BEGIN
            \(countsAll(of: "NEW.deal_id", in: membersPlace, "-"))
        END;

        """

    private static let membersPlace = """
        SELECT NEW.user_id AS scope, '' AS dimension, '' AS member FROM deal d
        WHERE d.id = NEW.deal_id AND d.deleted_ms IS NULL
        """

    /// For a file from before there were forecasts: what they count now, from now on.
    private static let forecastRows = """
        INSERT INTO fee_forecast SELECT \(forecastOfFee)
        FROM fee f JOIN deal d ON d.id = f.deal_id WHERE \(isCounted);
        INSERT INTO fee_forecast_tally
        SELECT s.scope, s.dimension, s.member, iif(s.dimension = '', f.month, ''), f.currency, f.status, \(sums)
        FROM (
            SELECT m.deal_id, m.user_id AS scope, '' AS dimension, '' AS member FROM team_member m
                JOIN deal d ON d.id = m.deal_id WHERE m.removed_ms IS NULL AND d.deleted_ms IS NULL
            \(["'', ''", "'lead', d.lead_user_id", "'type', d.type", "'sector', coalesce(d.sector, '')",
                "'stage', d.type || '.' || d.stage"].map {
                "UNION ALL SELECT d.id, x'', \($0) FROM deal d WHERE d.confidentiality <> 'secret' AND d.deleted_ms IS NULL"
            }.joined(separator: "\n"))
        ) s JOIN fee_forecast f ON f.deal_id = s.deal_id GROUP BY 1, 2, 3, 4, 5, 6;
        """
}
