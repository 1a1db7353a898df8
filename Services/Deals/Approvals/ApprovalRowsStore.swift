import Contracts
import Foundation
import GRDB
import RPC

/// The table `approval`, row by row.
enum ApprovalRows {
    /// A deal that was opened again begins without approvals; that of a stage is for one entry.
    static let isUsed = """
        EXISTS (
            SELECT 1 FROM stage_transition t WHERE t.deal_id = a.deal_id AND t.seq > a.after_seq
            AND (t.direction = 'reopen' OR (a.stage = t.to_stage AND t.from_stage <> t.to_stage)))
        """
    static let selected = """
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
            .map { try approval($0, at: now, in: db) }
    }

    /// - Throws: the same `notFound` for what is not there and what belongs to another deal.
    static func approval(_ id: UUID, of deal: UUID, at now: Instant, in db: Database) throws -> Approval {
        let statement = try db.cachedStatement(
            sql: "SELECT \(selected) FROM approval a WHERE a.deal_id = ? AND a.id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [deal, id]) else {
            throw RPCFault.notFound("approval")
        }
        return try approval(row, at: now, in: db)
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

    static func add(
        _ vote: ApprovalVote, to approval: UUID, isByCompliance: Bool, in db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO approval_vote (approval_id, user_id, vote, note, at_ms, by_compliance)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            approval, vote.userId, vote.vote.rawValue, vote.note, vote.at.milliseconds, isByCompliance,
        ])
    }

    /// As they were given; as many as the kind needs, at most.
    private static func votes(on approval: UUID, in db: Database) throws -> [ApprovalVote] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT user_id, vote, note, at_ms FROM approval_vote WHERE approval_id = ? ORDER BY at_ms, user_id
                """)
        return try Row.fetchAll(statement, arguments: [approval]).map {
            ApprovalVote(userId: $0[0], vote: try $0.choice(1), note: $0[2], at: Instant(milliseconds: $0[3]))
        }
    }

    /// - Parameter first: the column with which `selected` begins.
    static func approval(_ row: Row, from first: Int = 0, at now: Instant, in db: Database) throws -> Approval {
        let (until, decided): (Instant, Int64?) = (Instant(milliseconds: row[first + 4]), row[first + 10])
        let (id, kind): (UUID, ApprovalKind) = (row[first], try row.choice(first + 1))
        let votes = try votes(on: id, in: db)
        return Approval(
            id: id, kind: kind, stage: row[first + 2], reason: row[first + 3], until: until,
            status: Approval.status(
                try row.optionalChoice(first + 7), until: until, isUsed: row[first + 11], at: now),
            requestedBy: row[first + 5], requestedAt: Instant(milliseconds: row[first + 6]),
            decidedBy: row[first + 9], decidedAt: decided.map(Instant.init(milliseconds:)), note: row[first + 8],
            approvalsNeeded: kind.approvalsNeeded, votes: votes, version: 1 + Int64(votes.count))
    }
}
