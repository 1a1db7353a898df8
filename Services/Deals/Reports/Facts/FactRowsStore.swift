import Contracts
import GRDB

/// The table `report_fact`, row by row.
enum FactRows {
    enum Level: Int, Sendable {
        case day, month

        func period(_ day: Int) -> Int {
            switch self {
            case .day: day
            case .month: BusinessDate(daysSince1970: day).monthIndex
            }
        }
    }

    static func add(_ sum: ReportSum, to fact: ReportFact, level: Level, in db: Database) throws {
        let place: [any DatabaseValueConvertible] = [
            fact.kind.rawValue, fact.type.rawValue, level.rawValue, level.period(fact.day), fact.stage, fact.status,
            fact.flow, fact.place, fact.reason, fact.lead, fact.sector, fact.country, fact.competitor, fact.currency,
            fact.days,
        ]
        let part = Int128(StageTally.part)
        let numbers = [
            sum.count, Int(sum.amount / part), Int(sum.amount % part), Int(sum.weighted / part),
            Int(sum.weighted % part),
        ]
        let values = StatementArguments(place) + StatementArguments(numbers)
        try db.cachedStatement(sql: upsert).execute(arguments: values)
        // What comes is added up with what has left before, and with differences of values.
        let canBeLess = fact.kind == .state || fact.kind == .flow
        guard canBeLess || sum.count < 0 || sum.amount < 0 else { return }
        try db.cachedStatement(sql: sweep).execute(arguments: StatementArguments(place))
    }

    private static let upsert = """
        INSERT INTO report_fact (kind, type, level, period, stage, status, flow, place, reason, lead, sector, country,
            competitor, currency, days, count, whole, rest, weighted_whole, weighted_rest)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET count = count + excluded.count, whole = whole + excluded.whole,
            rest = rest + excluded.rest, weighted_whole = weighted_whole + excluded.weighted_whole,
            weighted_rest = weighted_rest + excluded.weighted_rest
        """

    private static let sweep = """
        DELETE FROM report_fact
        WHERE (kind, type, level, period, stage, status, flow, place, reason, lead, sector, country, competitor, currency,
            days) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            AND (count, whole, rest, weighted_whole, weighted_rest) = (0, 0, 0, 0, 0)
        """
}
