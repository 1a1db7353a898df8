import Contracts
import Foundation
import GRDB

/// The facts of all deals that a caller sees, added up. Who sees all but the secret ones reads the table of sums; the few
/// deals that he sees beside, and all that a member sees, say theirs one by one.
struct FactSource {
    let inquiry: ReportInquiry
    private let readsSums: Bool
    /// Of each deal that is not in the sums.
    private let own: [ReportFacts]

    init(_ inquiry: ReportInquiry) throws {
        self.inquiry = inquiry
        readsSums = inquiry.caller.role == .compliance || inquiry.caller.role == .management
        own = try Self.stories(inquiry).map(\.facts)
    }

    /// - Parameter keys: those that the sums are told apart by; all else is added up.
    func sums(_ filter: FactFilter, by keys: Set<FactKey>) throws -> ReportFacts {
        var sums = readsSums ? try FactQuery(filter, by: keys).sums(in: inquiry.db) : [:]
        for facts in own {
            for (fact, sum) in facts where filter.holds(fact) {
                sums[fact.keeping(keys), default: ReportSum()] += sum
            }
        }
        return sums.filter { !$0.value.isZero }
    }

    private static func stories(_ inquiry: ReportInquiry) throws -> [DealStory] {
        let caller = inquiry.caller
        let sql: String
        let arguments: DealScope.Arguments
        switch caller.role {
        case .admin, .management: return []
        case .compliance:
            sql = """
                FROM (SELECT m.deal_id FROM team_member m WHERE m.user_id = ? AND m.removed_ms IS NULL
                    UNION SELECT t.deal_id FROM timed_access t WHERE t.user_id = ? AND t.closes_ms > ?) x
                CROSS JOIN deal d ON d.id = x.deal_id WHERE d.deleted_ms IS NULL AND d.confidentiality = 'secret'
                """
            arguments = [caller.id, caller.id, caller.now.milliseconds]
        case .banker, .observer:
            let scope = try DealScope(caller, in: inquiry.db)
            (sql, arguments) = (scope.sql, scope.arguments)
        }
        let type = inquiry.request.type.map { _ in "AND d.type = ?" } ?? ""
        let rows = try Row.fetchCursor(
            inquiry.db.makeStatement(sql: "SELECT d.id, \(DealStates.attributes) \(sql) \(type)"),
            arguments: StatementArguments(arguments + (inquiry.request.type.map { [$0.rawValue] } ?? [])))
        var stories: [DealStory] = []
        while let row = try rows.next() { stories.append(try DealStates.story(row, from: 1, row[0], in: inquiry.db)) }
        return stories
    }
}

/// A question to the table of sums: whole months of it by month, what is left by day.
struct FactQuery {
    private let filter: FactFilter
    private let keys: Set<FactKey>

    init(_ filter: FactFilter, by keys: Set<FactKey>) { (self.filter, self.keys) = (filter, keys) }

    func sums(in db: Database) throws -> ReportFacts {
        var sums: ReportFacts = [:]
        for (level, periods) in spans {
            let statement = try db.cachedStatement(sql: sql)
            for type in DealType.allCases where filter.types?.contains(type) ?? true {
                let rows = try Row.fetchCursor(statement, arguments: arguments(type, level, periods))
                while let row = try rows.next() { try add(row, type, level, to: &sums) }
            }
        }
        return sums
    }

    /// Which periods of which level make up the days.
    private var spans: [(FactRows.Level, ClosedRange<Int>)] {
        guard let days = filter.days else { return [(.day, 0...0)] }
        guard filter.kind.hasMonths else { return [(.day, days)] }
        let (first, last) = (
            BusinessDate(daysSince1970: days.lowerBound), BusinessDate(daysSince1970: days.upperBound)
        )
        let firstWhole = first.day == 1 ? first.monthIndex : first.monthIndex + 1
        let endsMonth = last.adding(days: 1).day == 1
        let lastWhole = endsMonth ? last.monthIndex : last.monthIndex - 1
        guard firstWhole <= lastWhole else { return [(.day, days)] }
        var spans: [(FactRows.Level, ClosedRange<Int>)] = [(.month, firstWhole...lastWhole)]
        if first.day > 1 {
            spans.append((.day, days.lowerBound...(BusinessDate(monthIndex: firstWhole).daysSince1970 - 1)))
        }
        if !endsMonth { spans.append((.day, last.firstOfMonth.daysSince1970...days.upperBound)) }
        return spans
    }

    /// In the order of the table's columns.
    private static let columns: [FactKey] = [
        .stage, .status, .flow, .place, .reason, .lead, .sector, .country, .competitor, .currency, .days,
    ]

    private var selected: [FactKey] { Self.columns.filter(keys.contains) }
    private var asked: [FactKey] { Self.columns.filter { filter.values[$0] != nil } }

    private var sql: String {
        let period = keys.contains(.month) ? ["period"] : []
        let groups = period + selected.map(\.rawValue)
        let lists = asked.map { "AND \($0.rawValue) IN (SELECT value FROM json_each(?))" }.joined(separator: " ")
        let sums = "SUM(count), SUM(whole), SUM(rest), SUM(weighted_whole), SUM(weighted_rest)"
        return """
            SELECT \((groups + [sums]).joined(separator: ", ")) FROM report_fact
            WHERE kind = ? AND type = ? AND level = ? AND period BETWEEN ? AND ? \(lists)
            GROUP BY \(groups.isEmpty ? "type" : groups.joined(separator: ", "))
            """
    }

    private func arguments(
        _ type: DealType, _ level: FactRows.Level, _ periods: ClosedRange<Int>
    ) throws -> StatementArguments {
        let place: [any DatabaseValueConvertible] = [
            filter.kind.rawValue, type.rawValue, level.rawValue, periods.lowerBound, periods.upperBound,
        ]
        let lists = try asked.map { key in
            let values = (filter.values[key] ?? []).sorted()
            return String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
        }
        return StatementArguments(place) + StatementArguments(lists)
    }

    private func add(
        _ row: Row, _ type: DealType, _ level: FactRows.Level, to sums: inout ReportFacts
    ) throws {
        var fact = ReportFact(filter.kind, type, day: 0)
        var column = 0
        if keys.contains(.month) {
            let period: Int = row[0]
            let first =
                level == .month ? BusinessDate(monthIndex: period) : BusinessDate(daysSince1970: period).firstOfMonth
            fact.day = first.daysSince1970
            column = 1
        }
        for key in selected {
            fact.set(key, row, column)
            column += 1
        }
        let part = Int128(StageTally.part)
        let (whole, rest): (Int64, Int64) = (row[column + 1], row[column + 2])
        let (weightedWhole, weightedRest): (Int64, Int64) = (row[column + 3], row[column + 4])
        sums[fact, default: ReportSum()] += ReportSum(
            count: row[column], amount: Int128(whole) * part + Int128(rest),
            weighted: Int128(weightedWhole) * part + Int128(weightedRest))
    }
}

extension ReportFact {
    fileprivate mutating func set(_ key: FactKey, _ row: Row, _ column: Int) {
        switch key {
        case .stage: stage = row[column]
        case .status: status = row[column]
        case .flow: flow = row[column]
        case .place: place = row[column]
        case .reason: reason = row[column]
        case .lead: lead = row[column]
        case .sector: sector = row[column]
        case .country: country = row[column]
        case .competitor: competitor = row[column]
        case .currency: currency = row[column]
        case .days: days = row[column]
        case .month: break
        }
    }
}

extension BusinessDate {
    /// The first of a month, by `monthIndex`.
    init(monthIndex: Int) {
        let first = BusinessDate(year: monthIndex / 12, month: monthIndex % 12 + 1, day: 1)
        self = first ?? BusinessDate(daysSince1970: 0)
    }
}
