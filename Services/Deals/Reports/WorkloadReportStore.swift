import Contracts
import Foundation
import GRDB
import RPC

/// On how many live deals everybody is, and how many open tasks he has by the week in which they are due: of the deals that
/// the asker may see. Of management it is the number of deals alone, blinded.
enum WorkloadReport: ReportBuilder {
    static let name = ReportName.workload
    static let parameters = ReportParameters(period: .ahead(days: 27), ofType: .none)

    static let weeksMax = 53

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let weeks = try mondays(request, inquiry.caller)
        let figures = try WorkloadSource(inquiry).figures()
        let people = try figures.people.map { id in (id: id, name: try PeopleNames.name(of: id, in: inquiry.db)) }
            .sorted { ($0.name, $0.id?.text ?? "") < ($1.name, $1.id?.text ?? "") }
        let blind = request.isBlinded ? BlindRow(people.map { figures.deals[$0.id] ?? 0 }) : nil
        var columns = [ReportColumn("person", "Person", .text), ReportColumn("deals", "Live deals", .count)]
        if blind == nil {
            columns.append(ReportColumn("overdue", "Overdue tasks", .count))
            columns += weeks.map { ReportColumn("due.\($0.text)", "Due in the week of \($0.text)", .count) }
        }
        var rows: [ReportRow] = []
        for (place, person) in people.enumerated() {
            let id = person.id?.text ?? "nobody"
            func cell(_ count: Int, _ cell: String) -> ReportCell { .count(count, request.path(ofCell: cell)) }
            if let blind {
                // Who is only on few deals is not told apart from who is on none.
                guard let told = blind.cells[place], told > 0 else { continue }
                rows.append(ReportRow([.text(person.name), .count(told)]))
                continue
            }
            var cells: [ReportCell] = [
                .text(person.name), cell(figures.deals[person.id] ?? 0, "deals:\(id)"),
                cell(figures.overdue(of: person.id, on: inquiry.caller.today), "overdue:\(id)"),
            ]
            cells += weeks.map { cell(figures.due(in: $0, of: person.id), "due:\(id):\($0.text)") }
            rows.append(ReportRow(cells))
        }
        return Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound, asOf: inquiry.caller.today,
            columns: columns, rows: rows, generatedAt: inquiry.caller.now)
    }

    /// Of all weeks that have a day in the period.
    private static func mondays(_ request: ReportRequest, _ caller: Caller) throws -> [BusinessDate] {
        let days = request.period ?? caller.today...caller.today
        let first = days.lowerBound.monday
        let weeks = (days.upperBound.monday.daysSince1970 - first.daysSince1970) / 7 + 1
        guard weeks <= weeksMax else {
            throw ListRequest.queryInvalid([
                FieldFault("to", "out_of_range", "must be at most \(weeksMax) weeks after from")
            ])
        }
        return (0..<weeks).map { first.adding(days: $0 * 7) }
    }

    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        let parts = cell.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else { throw RPCFault.unknownCell }
        let person = UUID(uuidString: parts[1])
        guard person != nil || parts[1] == "nobody" else { throw RPCFault.unknownCell }
        let today = inquiry.caller.today
        let deals: [UUID: Int]
        switch (parts[0], parts.count) {
        case ("deals", 2):
            deals = try ReportDealRows.counted(
                "SELECT m.deal_id FROM team_member m WHERE m.user_id = ? AND m.removed_ms IS NULL", [person],
                where: "d.status IN ('active', 'on_hold')", inquiry)
        case ("overdue", 2): deals = try tasks(of: person, ""..<today.text, inquiry)
        case ("due", 3):
            guard let monday = BusinessDate(text: parts[2]) else { throw RPCFault.unknownCell }
            deals = try tasks(of: person, monday.text..<monday.adding(days: 7).text, inquiry)
        default: throw RPCFault.unknownCell
        }
        return try ReportDealRows.page(deals, page, inquiry)
    }

    private static func tasks(
        of person: UUID?, _ days: Range<String>, _ inquiry: ReportInquiry
    ) throws -> [UUID: Int] {
        try ReportDealRows.counted(
            """
            SELECT t.deal_id FROM deal_task t WHERE t.owner_user_id IS ? AND t.due_key >= ? AND t.due_key < ?
                AND t.deleted_ms IS NULL AND t.done_ms IS NULL
            """, [person, days.lowerBound, days.upperBound], inquiry)
    }
}

/// Numbers of everybody's work; tasks of nobody have no person.
struct WorkloadFigures: Sendable, Hashable {
    var deals: [UUID?: Int] = [:]
    /// By the day on which they are due, as `OpenTaskRequest` has it.
    var tasks: [UUID?: [String: Int]] = [:]

    var people: Set<UUID?> { Set(deals.keys).union(tasks.keys) }

    func overdue(of person: UUID?, on today: BusinessDate) -> Int {
        (tasks[person] ?? [:]).reduce(0) { $0 + ($1.key < today.text ? $1.value : 0) }
    }

    func due(in monday: BusinessDate, of person: UUID?) -> Int {
        (0..<7).reduce(0) { $0 + (tasks[person]?[monday.adding(days: $1).text] ?? 0) }
    }
}

/// Who sees all but the secret deals reads the tallies, and counts the few that he sees beside; a member's deals are walked.
struct WorkloadSource {
    private let inquiry: ReportInquiry

    init(_ inquiry: ReportInquiry) { self.inquiry = inquiry }

    func figures() throws -> WorkloadFigures {
        var figures = WorkloadFigures()
        let caller = inquiry.caller
        if caller.role == .compliance || caller.role == .management {
            try add(
                "SELECT user_id, deals FROM workload_deals", "SELECT user_id, due_key, tasks FROM workload_tasks", [],
                to: &figures)
        }
        switch caller.role {
        case .admin, .management: break
        case .compliance:
            let secret = """
                FROM (SELECT m.deal_id FROM team_member m WHERE m.user_id = ? AND m.removed_ms IS NULL
                    UNION SELECT t.deal_id FROM timed_access t WHERE t.user_id = ? AND t.closes_ms > ?) y
                CROSS JOIN deal d ON d.id = y.deal_id WHERE d.deleted_ms IS NULL AND d.confidentiality = 'secret'
                """
            try walk(secret, [caller.id, caller.id, caller.now.milliseconds], to: &figures)
        case .banker, .observer:
            let scope = try DealScope(caller, in: inquiry.db)
            try walk(scope.sql, scope.arguments, to: &figures)
        }
        return figures
    }

    private func walk(_ deals: String, _ arguments: DealScope.Arguments, to figures: inout WorkloadFigures) throws {
        try add(
            """
            SELECT m.user_id, COUNT(*) FROM (SELECT d.id AS deal_id \(deals) AND d.status IN ('active', 'on_hold')) x
            CROSS JOIN team_member m ON m.deal_id = x.deal_id AND m.removed_ms IS NULL GROUP BY m.user_id
            """,
            """
            SELECT coalesce(t.owner_user_id, x''), t.due_key, COUNT(*) FROM (SELECT d.id AS deal_id \(deals)) x
            CROSS JOIN deal_task t ON t.deal_id = x.deal_id AND t.deleted_ms IS NULL AND t.done_ms IS NULL GROUP BY 1, 2
            """, arguments, to: &figures)
    }

    private func add(
        _ deals: String, _ tasks: String, _ arguments: DealScope.Arguments, to figures: inout WorkloadFigures
    ) throws {
        let people = try Row.fetchCursor(
            inquiry.db.makeStatement(sql: deals), arguments: StatementArguments(arguments))
        while let row = try people.next() { figures.deals[Self.person(row), default: 0] += row[1] as Int }
        let days = try Row.fetchCursor(inquiry.db.makeStatement(sql: tasks), arguments: StatementArguments(arguments))
        while let row = try days.next() {
            figures.tasks[Self.person(row), default: [:]][row[1], default: 0] += row[2] as Int
        }
    }

    private static func person(_ row: Row) -> UUID? {
        let value: DatabaseValue = row[0]
        return UUID.fromDatabaseValue(value)
    }
}

/// Names of people as the teams have them.
enum PeopleNames {
    static func name(of person: UUID?, in db: Database) throws -> String {
        guard let person else { return "nobody" }
        let statement = try db.cachedStatement(
            sql: "SELECT name FROM team_member WHERE user_id = ? AND removed_ms IS NULL LIMIT 1")
        return try String.fetchOne(statement, arguments: [person]) ?? person.text
    }

    /// Also of a former member of the deal.
    static func name(of person: UUID, on deal: UUID, in db: Database) throws -> String {
        let statement = try db.cachedStatement(
            sql: "SELECT name FROM team_member WHERE deal_id = ? AND user_id = ? ORDER BY added_ms DESC LIMIT 1")
        return try String.fetchOne(statement, arguments: [deal, person]) ?? name(of: person, in: db)
    }
}
