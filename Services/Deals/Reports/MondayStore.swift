import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What Monday's meeting reads, each part as the report of its name has it, all of one moment. A part that a caller may not
/// see, or that is of today alone, is not there.
struct MondayStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    func parts(_ query: MondayQuery, for caller: Caller) async throws -> [MondayPart] {
        let day = query.asOf ?? caller.today
        return try await store.read { db in
            try MondayPlan(day: day, currency: query.currency, caller: caller).steps.compactMap { step in
                switch step.source {
                case .report(let builder, let query):
                    guard caller.role != .management || builder.parameters.isForManagement else { return nil }
                    let request = try ReportRequest(builder.name, query, builder.parameters, by: caller)
                    let inquiry = ReportInquiry(request: request, caller: caller, pipelines: pipelines, db: db)
                    return MondayPart(title: step.title, rowsMax: step.rowsMax, report: try builder.build(inquiry))
                case .week(let days):
                    guard caller.role != .management else { return nil }
                    let report = try MondayWeek(caller: caller, db: db).report(days)
                    return MondayPart(title: step.title, rowsMax: step.rowsMax, report: report)
                }
            }
        }
    }
}

/// A part of the page.
struct MondayPart: Sendable, Hashable {
    let title: String
    let rowsMax: Int
    let report: Report
}

/// Which parts the page has, in their order.
struct MondayPlan {
    struct Step {
        enum Source {
            case report(any ReportBuilder.Type, ReportQuery)
            /// What is due in these days.
            case week(ClosedRange<BusinessDate>)
        }

        let title: String
        let rowsMax: Int
        let source: Source
    }

    let steps: [Step]

    /// Management chooses no days: its parts are those that it may ask for.
    init(day: BusinessDate, currency: String?, caller: Caller) throws(RPCFault) {
        guard day <= caller.today else {
            throw ListRequest.queryInvalid([FieldFault("asOf", "in_future", "must not be in the future")])
        }
        let isBlinded = caller.role == .management
        guard !isBlinded || day == caller.today else {
            throw ListRequest.queryInvalid([FieldFault("asOf", "not_allowed", "is not for blinded reports")])
        }
        let last = Self.lastMeeting(before: day)
        let period = isBlinded ? ReportQuery(currency: currency) : ReportQuery(from: last, to: day, currency: currency)
        let plain = ReportQuery(currency: currency)
        var stages = plain
        if !isBlinded { stages.asOf = day }
        var forecastByStage = period
        if !isBlinded { forecastByStage.groupBy = .stage }
        var steps = [
            Step(title: "Movement since \(last.text)", rowsMax: 60, source: .report(MovementReport.self, period)),
            Step(title: "Pipeline by stage", rowsMax: 200, source: .report(PipelineReport.self, stages)),
        ]
        if !isBlinded {
            steps.append(
                Step(title: "Fees by stage", rowsMax: 200, source: .report(ForecastReport.self, forecastByStage)))
        }
        steps.append(
            Step(title: "Forecast by month, and slippage", rowsMax: 120, source: .report(ForecastReport.self, period)))
        // Nobody knows what was due or stale on another day.
        if day == caller.today {
            let week = day.monday...day.monday.adding(days: 6)
            steps.append(Step(title: "Due this week", rowsMax: 60, source: .week(week)))
            let stale = isBlinded ? ReportQuery() : ReportQuery(groupBy: .deal)
            steps.append(Step(title: "Stale deals", rowsMax: 40, source: .report(StaleReport.self, stale)))
        }
        steps.append(Step(title: "Won and lost, and why", rowsMax: 40, source: .report(WinLossReport.self, period)))
        if day == caller.today {
            steps.append(
                Step(title: "Workload", rowsMax: 100, source: .report(WorkloadReport.self, ReportQuery())))
        }
        self.steps = steps
    }

    /// A meeting on a Monday looks back a week, one on another day to its own week's Monday.
    static func lastMeeting(before day: BusinessDate) -> BusinessDate {
        day == day.monday ? day.adding(days: -7) : day.monday
    }
}

/// Milestones and closings of a week, of deals that the caller sees. What a milestone is called may be anybody's words, so
/// that only those of our own templates have their title.
private struct MondayWeek {
    let caller: Caller
    let db: Database

    /// More than a page has.
    private static let itemsMax = 500

    func report(_ days: ClosedRange<BusinessDate>) throws -> Report {
        let rows = try milestones(days) + closings(days)
        return Report(
            report: .workload, asOf: caller.today,
            columns: [
                ReportColumn("day", "Day", .day), ReportColumn("codeName", "Code name", .text),
                ReportColumn("what", "What", .text), ReportColumn("stage", "Stage", .text),
            ],
            rows: rows.sorted { ($0.day, $0.codeName, $0.what) < ($1.day, $1.codeName, $1.what) }.map { item in
                ReportRow([.text(item.day), .text(item.codeName), .text(item.what), .text(item.stage)])
            }, generatedAt: caller.now)
    }

    private struct Item {
        let day, codeName, what, stage: String
    }

    private func milestones(_ days: ClosedRange<BusinessDate>) throws -> [Item] {
        let (sql, arguments): (String, DealScope.Arguments)
        if caller.role == .compliance {
            let scope = DealScope(
                caller,
                walking: """
                    (SELECT * FROM deal_task INDEXED BY deal_task_open WHERE deleted_ms IS NULL AND done_ms IS NULL
                        AND due_key BETWEEN ? AND ?) t CROSS JOIN deal d ON d.id = t.deal_id
                    """, [days.lowerBound.text, days.upperBound.text])
            (sql, arguments) = (scope.sql, scope.arguments)
        } else {
            let scope = try DealScope(caller, in: db)
            sql = """
                FROM (SELECT d.id AS deal_id \(scope.sql)) x CROSS JOIN deal d ON d.id = x.deal_id
                CROSS JOIN deal_task t ON t.deal_id = d.id AND t.deleted_ms IS NULL AND t.done_ms IS NULL
                WHERE t.due_key BETWEEN ? AND ?
                """
            arguments = scope.arguments + [days.lowerBound.text, days.upperBound.text]
        }
        let rows = try Row.fetchAll(
            db.makeStatement(
                sql: """
                    SELECT t.due_key, d.code_name, t.template_key, d.type, d.stage \(sql)
                    AND t.milestone = 1 ORDER BY t.due_key LIMIT \(Self.itemsMax)
                    """), arguments: StatementArguments(arguments))
        return try rows.map { row in
            let type: DealType = try row.choice(3)
            let key: String? = row[2]
            let title = key.flatMap { key in Milestone.of(type).first { $0.key == key }?.title }
            return Item(day: row[0], codeName: row[1], what: title ?? "Milestone", stage: row[4])
        }
    }

    private func closings(_ days: ClosedRange<BusinessDate>) throws -> [Item] {
        let scope = try DealScope(caller, in: db)
        let between = [days.lowerBound.text, days.upperBound.text] as DealScope.Arguments
        let rows = try Row.fetchAll(
            db.makeStatement(
                sql: """
                    SELECT d.expected_close_on, d.code_name, d.stage \(scope.sql)
                    AND coalesce(d.expected_close_on, '9999-12-31') BETWEEN ? AND ? AND d.status IN ('active', 'on_hold')
                    ORDER BY d.expected_close_on LIMIT \(Self.itemsMax)
                    """), arguments: StatementArguments(scope.arguments + between))
        return rows.map { Item(day: $0[0], codeName: $0[1], what: "Expected close", stage: $0[2]) }
    }
}
