import Contracts
import Foundation
import GRDB
import RPC

/// The table `approval`, row by row.
enum ApprovalRows {
    /// A deal that was opened again begins without approvals; that of a stage is for one entry.
    private static let isUsed = """
        EXISTS (
            SELECT 1 FROM stage_transition t WHERE t.deal_id = a.deal_id AND t.seq > a.after_seq
            AND (t.direction = 'reopen' OR (a.stage = t.to_stage AND t.from_stage <> t.to_stage)))
        """
    private static let selected = """
        a.id, a.kind, a.stage, a.reason, a.until_ms, a.requested_by, a.requested_ms, a.decision, a.note, a.decided_by,
        a.decided_ms, \(isUsed)
        """
    private static let pageSQL = """
        SELECT \(selected) FROM approval a WHERE a.deal_id = ? AND a.id < ? ORDER BY a.id DESC LIMIT ?
        """
    private static let givenSQL = """
        SELECT a.kind, a.stage, a.by_compliance FROM approval a
        WHERE a.deal_id = ? AND a.decision = 'approve' AND a.until_ms > ? AND NOT \(isUsed)
        """
    private static let openSQL = """
        SELECT EXISTS (
            SELECT 1 FROM approval a
            WHERE a.deal_id = ? AND a.decision IS NULL AND a.until_ms > ? AND a.kind = ? AND a.stage IS ? AND NOT \(isUsed))
        """
    static let queries = [pageSQL, givenSQL, openSQL]

    /// No id sorts after it.
    private static let afterAll = UUID(
        uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))

    static func page(of deal: UUID, after: UUID?, limit: Int, at now: Instant, in db: Database) throws -> [Approval] {
        try Row.fetchAll(db.cachedStatement(sql: pageSQL), arguments: [deal, after ?? afterAll, limit])
            .map { try approval($0, at: now) }
    }

    /// - Throws: the same `notFound` for what is not there and what belongs to another deal.
    static func approval(_ id: UUID, of deal: UUID, at now: Instant, in db: Database) throws -> Approval {
        let statement = try db.cachedStatement(
            sql: "SELECT \(selected) FROM approval a WHERE a.deal_id = ? AND a.id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [deal, id]) else {
            throw RPCFault.notFound("approval")
        }
        return try approval(row, at: now)
    }

    /// What counts for a move at this moment.
    static func given(of deal: UUID, at now: Instant, in db: Database) throws -> Set<GivenApproval> {
        let statement = try db.cachedStatement(sql: givenSQL)
        return try Set(
            Row.fetchAll(statement, arguments: [deal, now.milliseconds]).map {
                GivenApproval(kind: try $0.choice(0), stage: $0[1], isByCompliance: $0[2])
            })
    }

    /// Whether the same was asked for before and still waits.
    static func isOpen(_ approval: Approval, of deal: UUID, at now: Instant, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: openSQL)
        return try Bool.fetchOne(
            statement, arguments: [deal, now.milliseconds, approval.kind.rawValue, approval.stage]) ?? false
    }

    static func insert(_ approval: Approval, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO approval (id, deal_id, kind, stage, reason, until_ms, requested_by, requested_ms, after_seq)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?,
                    (SELECT coalesce(max(seq), 0) FROM stage_transition WHERE deal_id = ?))
                """
        ).execute(arguments: [
            approval.id, deal, approval.kind.rawValue, approval.stage, approval.reason, approval.until.milliseconds,
            approval.requestedBy, approval.requestedAt.milliseconds, deal,
        ])
    }

    static func decide(
        _ approval: Approval, _ form: ApprovalDecisionForm, isByCompliance: Bool, in db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                UPDATE approval SET decision = ?, note = ?, decided_by = ?, decided_ms = ?, by_compliance = ?
                WHERE id = ? AND decision IS NULL
                """
        ).execute(arguments: [
            form.decision.rawValue, form.note, approval.decidedBy, approval.decidedAt?.milliseconds, isByCompliance,
            approval.id,
        ])
        // The rule read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "decision") }
    }

    private static func approval(_ row: Row, at now: Instant) throws -> Approval {
        let (until, decided): (Instant, Int64?) = (Instant(milliseconds: row[4]), row[10])
        return Approval(
            id: row[0], kind: try row.choice(1), stage: row[2], reason: row[3], until: until,
            status: Approval.status(try row.optionalChoice(7), until: until, isUsed: row[11], at: now),
            requestedBy: row[5], requestedAt: Instant(milliseconds: row[6]), decidedBy: row[9],
            decidedAt: decided.map(Instant.init(milliseconds:)), note: row[8], version: decided == nil ? 1 : 2)
    }
}
