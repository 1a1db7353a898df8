import Contracts
import Foundation
import GRDB
import RPC

/// The tables `conflict_check`, `conflict_party` and `conflict_hit`, row by row.
enum ConflictCheckRows {
    /// Of one check; what comes on top is counted.
    static let partiesMax = 200
    static let hitsMax = 400

    static let selected = """
        c.id, c.origin, c.deal_id, c.requested, c.requested_by, c.requested_ms, c.due_on, c.left_out, c.claimed_by,
        c.claimed_ms, c.decision, c.conditions, c.expires_on, c.note, c.decided_by, c.decided_ms, c.version, c.request_note
        """

    /// A check and which deal it is of; its parties and hits are read apart.
    struct Stored {
        var check: ConflictCheck
        let dealID: UUID?
    }

    static func insert(_ check: ConflictCheck, deal: UUID?, isQueued: Bool, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO conflict_check (id, origin, deal_id, queued, requested, requested_by, requested_ms, due_on,
                    version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
                """
        ).execute(arguments: [
            check.id, check.origin.rawValue, deal, isQueued, check.requested, check.requestedBy,
            check.requestedAt.milliseconds, check.dueOn.text,
        ])
    }

    /// Nil for what is not there, and for what never waited for the control room.
    static func check(_ id: UUID?, on today: BusinessDate, in db: Database) throws -> Stored? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(selected) FROM conflict_check c LEFT JOIN deal d ON d.id = c.deal_id
                WHERE c.id = ? AND c.queued = 1 AND (c.deal_id IS NULL OR d.deleted_ms IS NULL)
                """)
        guard let id, let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        return try stored(row, on: today)
    }

    /// Which check gathers what a deal hits; nil when none is open.
    static func open(of deal: UUID, in db: Database) throws -> UUID? {
        try UUID.fetchOne(
            db.cachedStatement(
                sql: "SELECT id FROM conflict_check WHERE deal_id = ? AND origin = 'deal' AND decided_ms IS NULL"),
            arguments: [deal])
    }

    /// Adds parties with what they hit, without what the check has already.
    /// - Parameter answers: whether the asker is told; what was looked at unasked has no answer.
    /// - Returns: whether anything is new.
    @discardableResult
    static func append(_ hits: [ScreenedHits], to check: UUID, answers: Bool, in db: Database) throws -> Bool {
        var known = try positions(of: check, in: db)
        var (count, parties, leftOut, isNew) = (try hitCount(of: check, in: db), known.count, 0, false)
        for screened in hits {
            let key = PartyKey(screened.party)
            leftOut += screened.leftOut
            if answers || known[key] == nil {
                guard parties < partiesMax else {
                    leftOut += screened.matches.count
                    continue
                }
                parties += 1
                known[key] = parties
                isNew = true
                try insert(screened, at: parties, of: check, answers: answers, in: db)
            }
            guard let position = known[key] else { continue }
            for match in screened.matches where try !has(match, position, of: check, in: db) {
                guard count < hitsMax else {
                    leftOut += 1
                    continue
                }
                count += 1
                isNew = true
                try insert(match, party: position, at: count, of: check, in: db)
            }
        }
        if leftOut > 0 {
            try db.cachedStatement(
                sql: "UPDATE conflict_check SET left_out = left_out + ?, version = version + 1 WHERE id = ?"
            ).execute(arguments: [leftOut, check])
        }
        return isNew
    }

    /// - Parameter check: one that is open, as this same transaction has read it.
    static func close(
        _ check: UUID, _ form: ConflictForm, conditions: String?, note: String?, by caller: Caller, in db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                UPDATE conflict_check SET decision = ?, conditions = ?, expires_on = ?, note = ?, decided_by = ?,
                    decided_ms = max(?, requested_ms), version = version + 1
                WHERE id = ? AND decided_ms IS NULL
                """
        ).execute(arguments: [
            form.decision.rawValue, conditions, form.expiresOn?.text, note, caller.id, caller.now.milliseconds, check,
        ])
        guard db.changesCount == 1 else { throw StoredValueFault(column: "decided_ms") }
    }

    static func claim(_ check: UUID, by user: UUID?, at now: Instant, in db: Database) throws {
        try db.cachedStatement(
            sql: "UPDATE conflict_check SET claimed_by = ?, claimed_ms = ?, version = version + 1 WHERE id = ?"
        ).execute(arguments: [user, user == nil ? nil : now.milliseconds, check])
    }

    static func stored(_ row: Row, on today: BusinessDate) throws -> Stored {
        var check = ConflictCheck(
            id: row[0], origin: try row.choice(1), requested: row[3], requestedBy: row[4],
            requestedAt: Instant(milliseconds: row[5]), dueOn: try row.day(6), version: row[16])
        check.hitsLeftOut = row[7]
        check.claimedBy = row[8]
        check.claimedAt = (row[9] as Int64?).map(Instant.init(milliseconds:))
        check.decision = try row.optionalChoice(10)
        check.conditions = row[11]
        check.expiresOn = try row.optionalDay(12)
        check.note = row[13]
        check.decidedBy = row[14]
        check.decidedAt = (row[15] as Int64?).map(Instant.init(milliseconds:))
        check.requestNote = row[17]
        check.status = check.decision == nil ? .open : .decided
        check.overdue = check.decision == nil && check.dueOn < today
        return Stored(check: check, dealID: row[2])
    }

    static func parties(of check: UUID, limit: Int, in db: Database) throws -> [CheckedParty] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, organization_id, name, role, answer FROM conflict_party WHERE check_id = ?
                ORDER BY position LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [check, limit]).map {
            CheckedParty(
                position: $0[0], organizationId: $0[1], name: $0[2], role: try $0.optionalChoice(3),
                answer: try $0.optionalChoice(4))
        }
    }

    /// Which deal each hit is on stands in it, whoever asks: see `ControlRoomStore.shown`.
    static func hits(of check: UUID, limit: Int, in db: Database) throws -> [ConflictHit] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT h.party, h.entry_id, e.list, h.deal_id, h.deal_role, d.number, d.code_name FROM conflict_hit h
                LEFT JOIN list_entry e ON e.id = h.entry_id LEFT JOIN deal d ON d.id = h.deal_id
                WHERE h.check_id = ? ORDER BY h.position LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [check, limit]).map { row in
            var hit = ConflictHit(party: row[0])
            (hit.entryId, hit.list) = (row[1], try row.optionalChoice(2))
            (hit.dealId, hit.dealRole) = (row[3], try row.optionalChoice(4))
            (hit.dealNumber, hit.dealCodeName) = (row[5], row[6])
            return hit
        }
    }

    static func hitCount(of check: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT COUNT(*) FROM conflict_hit WHERE check_id = ?")
        return try Int.fetchOne(statement, arguments: [check]) ?? 0
    }

    // MARK: parties and hits

    private struct PartyKey: Hashable {
        let organization: UUID?
        let key: String
        let role: CheckedRole?

        init(_ party: ScreenedParty) {
            (organization, key, role) = (party.organizationId, party.key, party.role)
        }

        init(_ row: Row) throws { (organization, key, role) = (row[1], row[2], try row.optionalChoice(3)) }
    }

    private static func positions(of check: UUID, in db: Database) throws -> [PartyKey: Int] {
        let statement = try db.cachedStatement(
            sql: "SELECT position, organization_id, match_key, role FROM conflict_party WHERE check_id = ?")
        var known: [PartyKey: Int] = [:]
        for row in try Row.fetchAll(statement, arguments: [check]) { known[try PartyKey(row)] = row[0] }
        return known
    }

    private static func insert(
        _ screened: ScreenedHits, at position: Int, of check: UUID, answers: Bool, in db: Database
    ) throws {
        let party = screened.party
        try db.cachedStatement(
            sql: """
                INSERT INTO conflict_party (check_id, position, organization_id, name, match_key, role, answer)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            check, position, party.organizationId, party.name, party.key, party.role?.rawValue,
            answers ? screened.answer.rawValue : nil,
        ])
    }

    private static func has(_ match: ConflictMatch, _ party: Int, of check: UUID, in db: Database) throws -> Bool {
        let (entry, deal, role) = match.columns
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM conflict_hit
                    WHERE check_id = ? AND party = ? AND entry_id IS ? AND deal_id IS ? AND deal_role IS ?)
                """)
        return try Bool.fetchOne(statement, arguments: [check, party, entry, deal, role]) ?? false
    }

    private static func insert(
        _ match: ConflictMatch, party: Int, at position: Int, of check: UUID, in db: Database
    ) throws {
        let (entry, deal, role) = match.columns
        try db.cachedStatement(
            sql: """
                INSERT INTO conflict_hit (check_id, position, party, entry_id, deal_id, deal_role)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [check, position, party, entry, deal, role])
    }
}

extension ConflictMatch {
    fileprivate var columns: (entry: UUID?, deal: UUID?, role: String?) {
        switch self {
        case .entry(let id, _): (id, nil, nil)
        case .deal(let id, let role): (nil, id, role.rawValue)
        }
    }
}
