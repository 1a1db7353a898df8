import Contracts
import Foundation
import GRDB
import RPC

/// Active deals that are longer in their stage than the stage wants, without the time that they were on hold there: how many
/// by stage, or each with its days and its last activity, the longest first.
enum StaleReport: ReportBuilder {
    static let name = ReportName.stale
    static let parameters = ReportParameters(groupings: [.stage, .deal])

    /// By deal, the longest of all.
    static let rowsMax = 500

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let source = try StaleSource(inquiry)
        var report = Report(
            report: name, asOf: inquiry.caller.today, groupBy: request.groupBy, type: request.type, columns: [],
            rows: [],
            generatedAt: inquiry.caller.now)
        if request.groupBy == .deal {
            report.columns = dealColumns
            report.rows = try source.longest(rowsMax).map { try $0.row(inquiry) }
            return report
        }
        report.columns = [
            ReportColumn("type", "Type", .text), ReportColumn("stage", "Stage", .text),
            ReportColumn("name", "Name", .text),
            ReportColumn("staleAfter", "Stale after", .days), ReportColumn("deals", "Deals", .count),
        ]
        let counts = try source.limits.map { try source.count(in: $0) }
        let blind = request.isBlinded ? BlindRow(counts) : nil
        for (place, limit) in source.limits.enumerated() {
            let path = request.path(ofCell: "stage:\(limit.type.rawValue):\(limit.stage.key)")
            var cell = ReportCell.count(counts[place], path)
            if let blind { cell = blind.cells[place].map { ReportCell.count($0) } ?? .hidden }
            report.rows.append(
                ReportRow([
                    .text(limit.type.rawValue), .text(limit.stage.key), .text(limit.stage.name),
                    ReportCell(days: limit.days), cell,
                ]))
        }
        guard !counts.isEmpty else { return report }
        let total = blind.map { $0.total.map { ReportCell.count($0) } ?? .hidden } ?? .count(counts.reduce(0, +))
        report.totals = ReportRow([.text("Total"), .nothing, .nothing, .nothing, total])
        return report.counted()
    }

    private static let dealColumns = [
        ReportColumn("number", "Deal", .text), ReportColumn("codeName", "Code name", .text),
        ReportColumn("type", "Type", .text), ReportColumn("stage", "Stage", .text), ReportColumn("lead", "Lead", .text),
        ReportColumn("daysInStage", "Days in stage", .days), ReportColumn("staleAfter", "Stale after", .days),
        ReportColumn("lastActivityOn", "Last activity", .day), ReportColumn("deals", "Deals", .count),
    ]

    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        let parts = cell.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let source = try StaleSource(inquiry)
        let found: [StaleDeal]
        switch (parts.first, parts.count) {
        case ("stage", 3):
            let limit = source.limits.first { $0.type.rawValue == parts[1] && $0.stage.key == parts[2] }
            guard let limit else { throw RPCFault.unknownCell }
            found = try source.deals(in: limit, max: nil)
        case ("deal", 2):
            found = try source.limits.flatMap { try source.deals(in: $0, max: nil) }.filter { $0.number == parts[1] }
        default: throw RPCFault.unknownCell
        }
        return try ReportDealRows.page(
            Dictionary(found.map { ($0.id, 1) }) { first, _ in first }, page, inquiry)
    }
}

/// After how many days a deal is stale in a stage.
struct StaleLimit: Sendable, Hashable {
    let type: DealType
    let stage: Stage
    let days: Int
}

struct StaleDeal: Sendable, Hashable {
    let id: UUID
    let number, codeName: String
    let limit: StaleLimit
    let lead: UUID
    let days: Int
    let lastActivity: Instant?

    fileprivate func row(_ inquiry: ReportInquiry) throws -> ReportRow {
        ReportRow([
            .text(number), .text(codeName), .text(limit.type.rawValue), .text(limit.stage.key),
            .text(try PeopleNames.name(of: lead, on: id, in: inquiry.db)), ReportCell(days: days),
            ReportCell(days: limit.days), lastActivity.map { .text($0.day.text) } ?? .nothing,
            .count(1, inquiry.request.path(ofCell: "deal:\(number)")),
        ])
    }
}

/// Each stage is one range of an index by the day on which its deals entered. Deals that were on hold are few, and looked at
/// by themselves.
struct StaleSource {
    let limits: [StaleLimit]
    private let inquiry: ReportInquiry

    init(_ inquiry: ReportInquiry) throws {
        self.inquiry = inquiry
        limits = try DealType.allCases.filter { (inquiry.request.type ?? $0) == $0 }.flatMap { type in
            try inquiry.pipelines.pipeline(of: type, in: inquiry.db).stages.compactMap { stage in
                stage.staleAfterDays.map { StaleLimit(type: type, stage: stage, days: $0) }
            }
        }
    }

    /// On which a stale deal of the stage entered it at the latest.
    private func lastDay(_ limit: StaleLimit) -> String { inquiry.caller.today.adding(days: -limit.days - 1).text }

    private static let isThere = """
        d.type = ? AND d.stage = ? AND d.status = 'active' AND d.deleted_ms IS NULL AND d.stage_entered_on <= ?
        """
    /// The same, of the first three arguments.
    private static let isThereAsAsked = """
        d.type = ?1 AND d.stage = ?2 AND d.status = 'active' AND d.deleted_ms IS NULL AND d.stage_entered_on <= ?3
        """

    func count(in limit: StaleLimit) throws -> Int {
        let caller = inquiry.caller
        guard caller.role == .compliance || caller.role == .management else {
            return try deals(in: limit, max: nil).count
        }
        let statement = try inquiry.db.cachedStatement(
            sql: """
                SELECT (SELECT COUNT(*) FROM deal d INDEXED BY deal_stage_age
                    WHERE \(Self.isThereAsAsked) AND d.confidentiality <> 'secret')
                - (SELECT COUNT(*) FROM stage_hold h CROSS JOIN deal d ON d.id = h.deal_id
                    WHERE \(Self.isThereAsAsked) AND d.confidentiality <> 'secret'
                        AND date(d.stage_entered_on, '+' || h.days || ' days') > ?3)
                """)
        let open =
            try Int.fetchOne(
                statement, arguments: [limit.type.rawValue, limit.stage.key, lastDay(limit)]) ?? 0
        return caller.role == .management ? open : try open + secret(limit).count
    }

    /// The longest first.
    /// - Parameter max: nil for all.
    func deals(in limit: StaleLimit, max: Int?) throws -> [StaleDeal] {
        let caller = inquiry.caller
        if caller.role == .compliance {
            let open = "FROM deal d INDEXED BY deal_stage_age WHERE d.confidentiality <> 'secret'"
            let straight = try fetch(
                "\(open) AND NOT EXISTS (SELECT 1 FROM stage_hold o WHERE o.deal_id = d.id)", [], limit, max)
            let held = try fetch(
                "FROM stage_hold o CROSS JOIN deal d ON d.id = o.deal_id WHERE d.confidentiality <> 'secret'", [],
                limit, nil)
            return try Self.ordered(straight + held + secret(limit))
        }
        let scope = try DealScope(caller, in: inquiry.db)
        return Self.ordered(try fetch(scope.sql, scope.arguments, limit, nil))
    }

    func longest(_ max: Int) throws -> [StaleDeal] {
        Array(Self.ordered(try limits.flatMap { try deals(in: $0, max: max) }).prefix(max))
    }

    private static func ordered(_ deals: [StaleDeal]) -> [StaleDeal] {
        deals.sorted { $0.days != $1.days ? $0.days > $1.days : $0.number < $1.number }
    }

    /// Of the few secret deals that compliance sees.
    private func secret(_ limit: StaleLimit) throws -> [StaleDeal] {
        let caller = inquiry.caller
        return try fetch(
            """
            FROM (SELECT m.deal_id FROM team_member m WHERE m.user_id = ? AND m.removed_ms IS NULL
                UNION SELECT t.deal_id FROM timed_access t WHERE t.user_id = ? AND t.closes_ms > ?) y
            CROSS JOIN deal d ON d.id = y.deal_id WHERE d.confidentiality = 'secret'
            """, [caller.id, caller.id, caller.now.milliseconds], limit, nil)
    }

    private func fetch(
        _ deals: String, _ arguments: DealScope.Arguments, _ limit: StaleLimit, _ max: Int?
    ) throws -> [StaleDeal] {
        let rows = try Row.fetchCursor(
            inquiry.db.makeStatement(
                sql: """
                    SELECT d.id, d.number, d.code_name, d.lead_user_id, d.stage_entered_on, d.last_activity_ms,
                        coalesce((SELECT h.days FROM stage_hold h WHERE h.deal_id = d.id), 0)
                    \(deals) AND \(Self.isThere) \(max.map { "ORDER BY d.stage_entered_on LIMIT \($0)" } ?? "")
                    """),
            arguments: StatementArguments(
                arguments + [limit.type.rawValue, limit.stage.key, lastDay(limit)] as DealScope.Arguments))
        var stale: [StaleDeal] = []
        while let row = try rows.next() {
            let held: Int = row[6]
            let days = inquiry.caller.today.daysSince1970 - (try row.day(4)).daysSince1970 - held
            guard days > limit.days else { continue }
            let activity: Int64? = row[5]
            stale.append(
                StaleDeal(
                    id: row[0], number: row[1], codeName: row[2], limit: limit, lead: row[3], days: days,
                    lastActivity: activity.map(Instant.init(milliseconds:))))
        }
        return stale
    }
}
