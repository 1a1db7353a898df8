import Contracts
import Foundation
import GRDB
import RPC

/// Moves that passed over rules: each with when, who, why and what was unmet; or how many of them by stage or person.
enum OverridesReport: ReportBuilder {
    static let name = ReportName.overrides
    static let parameters = ReportParameters(
        period: .year, groupings: [.move, .stage, .person], isForManagement: false)

    static let rowsMax = 1000

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let moves = try moves(inquiry)
        var report = Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound, asOf: request.asOf,
            groupBy: request.groupBy, type: request.type, columns: [], rows: [], generatedAt: inquiry.caller.now)
        switch request.groupBy {
        case .stage:
            report.columns = [
                ReportColumn("type", "Type", .text), ReportColumn("stage", "To stage", .text),
                ReportColumn("overrides", "Overrides", .count),
            ]
            let counts = Dictionary(grouping: moves) { StageKey(type: $0.type, stage: $0.toStage) }
            report.rows = counts.sorted { $0.key < $1.key }.map { key, moves in
                let cell = request.path(ofCell: "stage:\(key.type):\(key.stage)")
                return ReportRow([.text(key.type), .text(key.stage), .count(moves.count, cell)])
            }
        case .person:
            report.columns = [ReportColumn("person", "Person", .text), ReportColumn("overrides", "Overrides", .count)]
            let counts = Dictionary(grouping: moves, by: \.by)
            report.rows = counts.map { ($0.value[0].name, $0.key, $0.value.count) }.sorted {
                ($0.0, $0.1.text) < ($1.0, $1.1.text)
            }
            .map { name, id, count in
                ReportRow([.text(name), .count(count, request.path(ofCell: "person:\(id.text)"))])
            }
        default:
            guard moves.count <= rowsMax else {
                throw RPCFault(
                    .failedPrecondition, "report_too_large", "A report has at most \(rowsMax) rows; ask for fewer days."
                )
            }
            report.columns = Self.columns
            report.rows = moves.map { $0.row(request.path(ofCell: "deal:\($0.number)")) }
        }
        report.totals = ReportRow(
            report.columns.indices.map { index in
                index == 0
                    ? .text("Total")
                    : index == report.columns.count - 1 && request.groupBy != .move
                        ? .count(moves.count) : .nothing
            })
        return report
    }

    private static let columns = [
        ReportColumn("at", "At", .text), ReportColumn("number", "Deal", .text),
        ReportColumn("codeName", "Code name", .text), ReportColumn("fromStage", "From stage", .text),
        ReportColumn("toStage", "To stage", .text), ReportColumn("by", "By", .text),
        ReportColumn("reason", "Reason", .text), ReportColumn("unmet", "Unmet", .text),
        ReportColumn("deals", "Deals", .count),
    ]

    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        let parts = cell.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let found = try moves(inquiry).filter { move in
            switch (parts.first, parts.count) {
            case ("stage", 3): move.type == parts[1] && move.toStage == parts[2]
            case ("person", 2): move.by.text == parts[1]
            case ("deal", 2): move.number == parts[1]
            default: false
            }
        }
        guard ["stage", "person", "deal"].contains(parts.first) else { throw RPCFault.unknownCell }
        let deals = Dictionary(grouping: found, by: \.deal).mapValues(\.count)
        return try ReportDealRows.page(deals, page, inquiry)
    }

    private struct StageKey: Hashable, Comparable {
        let type, stage: String

        static func < (a: StageKey, b: StageKey) -> Bool { (a.type, a.stage) < (b.type, b.stage) }
    }

    /// Of deals that the caller sees, the latest first. Overrides are few: the index has nothing else.
    private static func moves(_ inquiry: ReportInquiry) throws -> [OverrideMove] {
        let days = inquiry.request.period ?? inquiry.caller.today...inquiry.caller.today
        let scope = DealScope(
            inquiry.caller,
            walking: """
                (SELECT * FROM stage_transition INDEXED BY stage_transition_overridden
                    WHERE override_reason IS NOT NULL AND at_ms >= ? AND at_ms < ?) t
                CROSS JOIN deal d ON d.id = t.deal_id
                """, [days.lowerBound.start.milliseconds, days.upperBound.adding(days: 1).start.milliseconds])
        let type = inquiry.request.type.map { _ in "AND d.type = ?" } ?? ""
        let rows = try Row.fetchAll(
            inquiry.db.makeStatement(
                sql: """
                    SELECT d.id, d.number, d.code_name, d.type, t.from_stage, t.to_stage, t.at_ms, t.by_user_id,
                        t.override_reason, t.unmet
                    \(scope.sql) \(type) ORDER BY t.at_ms DESC, t.seq DESC
                    """),
            arguments: StatementArguments(scope.arguments + (inquiry.request.type.map { [$0.rawValue] } ?? [])))
        return try rows.map { row in
            let faults = try JSONDecoder().decode([FieldFault].self, from: Data((row[9] as String).utf8))
            return OverrideMove(
                deal: row[0], number: row[1], codeName: row[2], type: row[3], fromStage: row[4], toStage: row[5],
                at: Instant(milliseconds: row[6]), by: row[7],
                name: try PeopleNames.name(of: row[7], on: row[0], in: inquiry.db), reason: row[8],
                unmet: faults.map(\.code))
        }
    }
}

private struct OverrideMove {
    let deal: UUID
    let number, codeName, type: String
    let fromStage: String?
    let toStage: String
    let at: Instant
    let by: UUID
    let name, reason: String
    let unmet: [String]

    func row(_ path: String?) -> ReportRow {
        ReportRow([
            .text(at.text), .text(number), .text(codeName), .text(fromStage ?? ""), .text(toStage), .text(name),
            .text(reason), .text(unmet.joined(separator: ", ")), .count(1, path),
        ])
    }
}
