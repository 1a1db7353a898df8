import Contracts
import Foundation
import GRDB
import RPC

/// Of each deal how many people could know of it at the end of the last day, by what that rests on, and how many came and
/// went in the period. For compliance, and for those who manage the deal; a deal is told of where anything is open or has
/// changed, and a member's own deals always.
enum InsidersReport: ReportBuilder {
    static let name = ReportName.insiders
    static let parameters = ReportParameters(period: .week, isForManagement: false)

    static let rowsMax = 1000

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let span = InsiderSpan(inquiry)
        let deals = try deals(span, inquiry)
        guard deals.count <= rowsMax else {
            throw RPCFault(
                .failedPrecondition, "report_too_large", "A report has at most \(rowsMax) rows; ask for fewer days.")
        }
        var total = InsiderCounts()
        let rows = try deals.map { deal in
            let counts = try InsiderCounts(deal.id, span, in: inquiry.db)
            total += counts
            let path = request.path(ofCell: "deal:\(deal.number)")
            return ReportRow(
                [.text(deal.number), .text(deal.codeName), .text(deal.confidentiality)] + counts.cells(path))
        }
        return Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound,
            asOf: request.period?.upperBound ?? request.asOf, type: request.type, columns: columns, rows: rows,
            totals: ReportRow([.text("Total"), .nothing, .nothing] + total.cells(nil)), generatedAt: inquiry.caller.now)
    }

    private static let columns = [
        ReportColumn("number", "Deal", .text), ReportColumn("codeName", "Code name", .text),
        ReportColumn("confidentiality", "Confidentiality", .text), ReportColumn("team", "Team", .count),
        ReportColumn("wallCrossings", "Wall-crossings", .count), ReportColumn("brokenGlass", "Broken glass", .count),
        ReportColumn("came", "Came", .count), ReportColumn("went", "Went", .count),
    ]

    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage {
        let parts = cell.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts[0] == "deal" else { throw RPCFault.unknownCell }
        let found = try deals(InsiderSpan(inquiry), inquiry).filter { $0.number == parts[1] }
        return try ReportDealRows.page(
            Dictionary(found.map { ($0.id, 1) }) { first, _ in first }, page, inquiry)
    }

    private struct InsiderDeal {
        let id: UUID
        let number, codeName, confidentiality: String
    }

    /// What a wall lists is for compliance and for who manages the deal, as `SeenDeal.requireOversight` says of one.
    private static func deals(_ span: InsiderSpan, _ inquiry: ReportInquiry) throws -> [InsiderDeal] {
        let caller = inquiry.caller
        let walked: String
        let arguments: DealScope.Arguments
        if caller.role == .compliance {
            walked = "(\(span.changed)) x CROSS JOIN deal d ON d.id = x.deal_id"
            arguments = span.changedArguments
        } else {
            walked = """
                (SELECT m.deal_id FROM team_member m
                    WHERE m.user_id = ? AND m.removed_ms IS NULL AND m.access = 'manage') x
                CROSS JOIN deal d ON d.id = x.deal_id
                """
            arguments = [caller.id]
        }
        let scope = DealScope(caller, walking: walked, arguments)
        let type = inquiry.request.type.map { _ in "AND d.type = ?" } ?? ""
        let rows = try Row.fetchAll(
            inquiry.db.makeStatement(
                sql: """
                    SELECT d.id, d.number, d.code_name, d.confidentiality \(scope.sql) \(type)
                    ORDER BY d.number_order LIMIT \(rowsMax + 1)
                    """),
            arguments: StatementArguments(scope.arguments + (inquiry.request.type.map { [$0.rawValue] } ?? [])))
        return caller.role == .observer
            ? [] : rows.map { InsiderDeal(id: $0[0], number: $0[1], codeName: $0[2], confidentiality: $0[3]) }
    }
}

/// From the first instant of a period to its last, or to now.
private struct InsiderSpan {
    let from, to: Int64

    init(_ inquiry: ReportInquiry) {
        let days = inquiry.request.period ?? inquiry.caller.today...inquiry.caller.today
        from = days.lowerBound.start.milliseconds
        to = min(days.upperBound.adding(days: 1).start.milliseconds, inquiry.caller.now.milliseconds + 1)
    }

    /// Deals where somebody came or went, or was let in for a time. Rows of a team have ids in the order in which they were
    /// added, so that their key finds the new ones.
    var changed: String {
        """
        SELECT m.deal_id FROM team_member m WHERE m.id >= ? AND m.added_ms >= ? AND m.added_ms < ?
        UNION SELECT m.deal_id FROM team_member m WHERE m.removed_ms >= ? AND m.removed_ms < ?
        UNION SELECT t.deal_id FROM timed_access t WHERE t.closes_ms >= ? AND t.from_ms < ?
        """
    }

    var changedArguments: DealScope.Arguments {
        var first = Data(count: 16)
        for place in 0..<6 { first[place] = UInt8(truncatingIfNeeded: from >> Int64(40 - 8 * place)) }
        return [first, from, to, from, to, from, to]
    }
}

private struct InsiderCounts {
    var team = 0
    var crossings = 0
    var glass = 0
    var came = 0
    var went = 0

    init() {}

    init(_ deal: UUID, _ span: InsiderSpan, in db: Database) throws {
        let members = try db.cachedStatement(
            sql: """
                SELECT COUNT(*) FILTER (WHERE added_ms < ?3 AND (removed_ms IS NULL OR removed_ms >= ?3)),
                    COUNT(*) FILTER (WHERE added_ms >= ?2 AND added_ms < ?3),
                    COUNT(*) FILTER (WHERE removed_ms >= ?2 AND removed_ms < ?3)
                FROM team_member WHERE deal_id = ?1
                """)
        let guests = try db.cachedStatement(
            sql: """
                SELECT COUNT(DISTINCT user_id) FILTER (
                        WHERE basis = 'wall_crossing' AND from_ms < ?3 AND closes_ms >= ?3),
                    COUNT(DISTINCT user_id) FILTER (WHERE basis = 'break_glass' AND from_ms < ?3 AND closes_ms >= ?3),
                    COUNT(*) FILTER (WHERE from_ms >= ?2 AND from_ms < ?3),
                    COUNT(*) FILTER (WHERE closes_ms >= ?2 AND closes_ms < ?3)
                FROM timed_access WHERE deal_id = ?1
                """)
        let arguments: StatementArguments = [deal, span.from, span.to]
        if let row = try Row.fetchOne(members, arguments: arguments) { (team, came, went) = (row[0], row[1], row[2]) }
        if let row = try Row.fetchOne(guests, arguments: arguments) {
            (crossings, glass) = (row[0], row[1])
            came += row[2] as Int
            went += row[3] as Int
        }
    }

    static func += (sum: inout InsiderCounts, other: InsiderCounts) {
        sum.team += other.team
        sum.crossings += other.crossings
        sum.glass += other.glass
        sum.came += other.came
        sum.went += other.went
    }

    func cells(_ path: String?) -> [ReportCell] { [team, crossings, glass, came, went].map { .count($0, path) } }
}
