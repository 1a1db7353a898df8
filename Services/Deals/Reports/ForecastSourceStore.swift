import Contracts
import Foundation
import GRDB

/// Where a forecast's numbers come from: the tallies as they are now, and what has changed since an instant.
///
/// A member's forecast by month is a tally of his own, compliance's and management's that of all that is not secret; the few
/// deals that somebody sees beside are counted one by one. By lead, type, sector and stage a member's deals are walked.
struct ForecastSource {
    let db: Database
    let caller: Caller

    /// As things stand.
    func current(by grouping: ReportGrouping) throws -> ForecastFigures {
        var figures = ForecastFigures()
        let (sql, arguments) = try statement(by: grouping)
        let rows = try Row.fetchCursor(db.makeStatement(sql: sql), arguments: StatementArguments(arguments))
        while let row = try rows.next() {
            let key = ForecastFigures.Key(
                member: Self.text(row[0]), month: row[1], currency: row[2], status: try row.choice(3))
            let sum = ForecastFigures.Sum(
                deals: row[4], fees: row[5], unknown: row[6], minor: ReportAmount.whole(row[7], row[8]),
                weighted: ReportAmount.whole(row[9], row[10]))
            figures.add(sum, at: key)
        }
        return figures
    }

    /// The deals whose forecast has changed since an instant, as they were then and as they are.
    func changed(since instant: Instant) throws -> [UUID: (then: ForecastDeal, now: ForecastDeal)] {
        var changes: [UUID: [UUID: ForecastPlace?]] = [:]
        var deals: [UUID: ForecastDeal] = [:]
        let (scope, arguments) = visible(walking: "(\(Self.firstChanges)) c CROSS JOIN deal d ON d.id = c.deal_id")
        let rows = try Row.fetchCursor(
            db.makeStatement(
                sql: """
                    SELECT d.id, d.lead_user_id, d.type, d.sector, c.fee_id, c.month, c.currency, c.status, c.percent, c.minor, d.stage
                    \(scope)
                    """), arguments: StatementArguments([instant.milliseconds] + arguments))
        while let row = try rows.next() {
            let (id, lead, fee): (UUID, UUID, UUID) = (row[0], row[1], row[4])
            if deals[id] == nil {
                deals[id] = ForecastDeal(
                    id: id, lead: lead.text, type: row[2], sector: row[3] ?? "", stage: row[10],
                    places: try places(of: id))
            }
            changes[id, default: [:]][fee] = .some(try Self.place(row, from: 5))
        }
        return deals.mapValues { now in
            var then = now
            for (fee, place) in changes[now.id] ?? [:] { then.places[fee] = place }
            return (then, now)
        }
    }

    /// Of each fee the first change since `?`: it says what the fee was counted as until then.
    private static let firstChanges = """
        SELECT f.deal_id, f.fee_id, f.month, f.currency, f.status, f.percent, f.minor, min(f.seq)
        FROM fee_forecast_change f WHERE f.at_ms >= ? GROUP BY f.fee_id
        """

    /// Management sees no deal, but blinded numbers of those that are not secret.
    func visible(walking deals: String) -> (sql: String, arguments: DealScope.Arguments) {
        if caller.role == .management {
            return ("FROM \(deals) WHERE d.deleted_ms IS NULL AND d.confidentiality <> 'secret'", [])
        }
        let scope = DealScope(caller, walking: deals)
        return (scope.sql, scope.arguments)
    }

    private func places(of deal: UUID) throws -> [UUID: ForecastPlace] {
        let statement = try db.cachedStatement(
            sql: "SELECT fee_id, month, currency, status, percent, minor FROM fee_forecast WHERE deal_id = ?")
        let rows = try Row.fetchAll(statement, arguments: [deal])
        return try Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                try Self.place(row, from: 1).map { (row[0] as UUID, $0) }
            })
    }

    /// Nil where the fee was not counted.
    private static func place(_ row: Row, from column: Int) throws -> ForecastPlace? {
        guard let status = try row.optionalChoice(column + 2, FeeStatus.self) else { return nil }
        return ForecastPlace(
            month: row[column], currency: row[column + 1], status: status, percent: row[column + 3],
            minor: row[column + 4])
    }

    /// Leads are ids in the tables, and texts in a report.
    private static func text(_ value: DatabaseValue) -> String {
        UUID.fromDatabaseValue(value)?.text ?? String.fromDatabaseValue(value) ?? ""
    }
}

extension ForecastSource {
    private static let tallied = """
        t.month, t.currency, t.status, t.deals, t.fees, t.unknown, t.whole, t.rest, t.weighted_whole, t.weighted_rest
        FROM fee_forecast_tally t
        """

    /// Counted one by one, behind a month.
    private static let counted = """
        f.currency, f.status, COUNT(DISTINCT f.deal_id), COUNT(*), SUM(f.minor IS NULL),
        coalesce(SUM(f.minor / \(StageTally.part)), 0), coalesce(SUM(f.minor % \(StageTally.part)), 0),
        coalesce(SUM(f.minor / \(StageTally.part) * f.percent), 0),
        coalesce(SUM(f.minor % \(StageTally.part) * f.percent), 0)
        """

    private static func dimension(_ grouping: ReportGrouping) -> (name: String, column: String) {
        switch grouping {
        case .lead: ("lead", "d.lead_user_id")
        case .type: ("type", "d.type")
        case .sector: ("sector", "coalesce(d.sector, '')")
        case .stage: ("stage", "d.type || '.' || d.stage")
        default: ("", "''")
        }
    }

    private func statement(by grouping: ReportGrouping) throws -> (String, DealScope.Arguments) {
        let (name, column) = Self.dimension(grouping)
        let all = "SELECT t.member, \(Self.tallied) WHERE t.scope = x'' AND t.dimension = ?"
        let letIn = "SELECT t.deal_id FROM timed_access t WHERE t.user_id = ? AND t.closes_ms > ?"
        let own = "SELECT m.deal_id FROM team_member m WHERE m.user_id = ? AND m.removed_ms IS NULL"
        func beside(_ deals: String, _ condition: String) -> String {
            """
            SELECT \(column), \(name.isEmpty ? "f.month" : "''"), \(Self.counted)
            FROM (\(deals)) x CROSS JOIN deal d ON d.id = x.deal_id CROSS JOIN fee_forecast f ON f.deal_id = d.id
            WHERE d.deleted_ms IS NULL AND \(condition) GROUP BY 1, 2, 3, 4
            """
        }
        let now = caller.now.milliseconds
        switch caller.role {
        case .admin: return ("\(all) AND FALSE", [name])
        case .management: return (all, [name])
        case .compliance:
            return (
                "\(all) UNION ALL \(beside("\(own) UNION \(letIn)", "d.confidentiality = 'secret'"))",
                [name, caller.id, caller.id, now]
            )
        case .banker, .observer:
            guard name.isEmpty else {
                return (beside("\(own) UNION \(letIn)", "TRUE"), [caller.id, caller.id, now])
            }
            return (
                """
                SELECT '', \(Self.tallied) WHERE t.scope = ? AND t.dimension = '' UNION ALL
                \(beside("\(letIn) GROUP BY 1", "NOT EXISTS (\(own) AND m.deal_id = d.id)"))
                """, [caller.id, caller.id, now, caller.id]
            )
        }
    }
}
