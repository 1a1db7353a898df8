import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// What waits for the control room and what it decided. Compliance sees what hit; of a secret deal that it may not read
/// it sees that there is one.
struct ControlRoomStore: Sendable {
    let store: Store

    /// In the queue; the check itself answers all.
    private static let shownMax = 20
    private static let crossingsMax = 1000

    func page(_ request: ControlRoomRequest, by caller: Caller) async throws -> ControlRoomPage {
        try await store.read { db in
            let (sql, arguments) = Self.statement(request, by: caller)
            let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
            let stored = try rows.prefix(request.limit).map { try ConflictCheckRows.stored($0, on: caller.today) }
            let hasMore = rows.count > stored.count
            return ControlRoomPage(
                items: try stored.map { try Self.shown($0, limit: Self.shownMax, to: caller, in: db) },
                openCrossings: try Self.openCrossings(by: caller, in: db),
                nextCursor: hasMore ? stored.last.flatMap { Self.cursor($0.check, request.status) } : nil)
        }
    }

    func get(_ id: UUID?, by caller: Caller) async throws -> ConflictCheck {
        try await store.read { db in try Self.seen(id, by: caller, in: db).check }
    }

    func claim(_ id: UUID?, _ claim: CheckClaim, by caller: Caller) async throws -> ConflictCheck {
        try await store.write { db in
            let (stored, check) = try Self.read(id, by: caller, in: db)
            try WorkVersion.require(check, "check", by: caller)
            guard check.decision == nil else { throw RPCFault.checkDecided }
            let user = claim.claimed ? caller.id : nil
            guard user != check.claimedBy else { return check }
            try ConflictCheckRows.claim(stored.check.id, by: user, at: caller.now, in: db)
            let after = try Self.seen(id, by: caller, in: db).check
            let changes = [FieldChange("claimedBy", before: check.claimedBy?.text, after: user?.text)]
            try Self.record(EventType.conflictCheckClaimed, after, changes, by: caller, in: db)
            return after
        }
    }

    /// Decides a check, and with it the deal's: but for a name that hit while nobody had asked. If that is cleared, the
    /// deal stays as it is, so that its people do not learn that there was something.
    func decide(_ id: UUID?, _ form: CheckDecisionForm, by caller: Caller) async throws -> ConflictCheck {
        try await store.onceOfNoDeal(by: caller, again: { try Self.seen($0.id, by: caller, in: $1).check }) { db in
            let (stored, check) = try Self.read(id, by: caller, in: db)
            if let expected = caller.context.ifMatch, expected != check.version {
                try WorkVersion.require(check, "check", by: caller)
            }
            guard check.decision == nil else { throw RPCFault.checkDecided }
            guard check.requestedBy != caller.id else {
                throw RPCFault(.permissionDenied, "four_eyes", "Nobody decides what he himself asked for.")
            }
            if let deal = stored.dealID {
                try DealRows.seen(.id(deal), by: caller, may: .read, in: db).requireSay(by: caller)
            }
            let isTold = check.requested || form.conflict.decision != .cleared
            if check.origin == .deal, isTold, let deal = stored.dealID {
                _ = try ConflictStore.decide(.id(deal), form.conflict, by: caller.expecting(nil), in: db)
            }
            try ConflictCheckRows.close(
                stored.check.id, form.conflict, conditions: form.conditions, note: form.note, by: caller, in: db)
            let after = try Self.seen(id, by: caller, in: db).check
            if check.origin == .asked || !isTold {
                let changes = [FieldChange("decision", before: nil, after: form.conflict.decision.rawValue)]
                try Self.record(EventType.conflictDecided, after, changes, by: caller, in: db)
            }
            return after
        }
    }

    /// Of a check alone, which is no deal's: neither whom it is about nor what it hit.
    static func record(
        _ type: String, _ check: ConflictCheck, _ changes: [FieldChange], by caller: Caller, in db: Database
    ) throws {
        var event = Event.of(
            EventSubject(kind: "conflict_check", id: check.id.text), type: type, by: caller, changes: changes)
        event.version = check.version
        try EventFeed.append(event, in: db)
    }
}

extension ControlRoomStore {
    private static func statement(
        _ request: ControlRoomRequest, by caller: Caller
    ) -> (String, StatementArguments) {
        var sql = """
            SELECT \(ConflictCheckRows.selected) FROM conflict_check c LEFT JOIN deal d ON d.id = c.deal_id
            WHERE c.queued = 1 AND (c.deal_id IS NULL OR d.deleted_ms IS NULL)
            """
        var arguments: [(any DatabaseValueConvertible)?] = []
        let isOpen = request.status == .open
        sql += " AND c.decided_ms IS \(isOpen ? "NULL" : "NOT NULL")"
        if let after = request.after {
            sql += isOpen ? " AND (c.due_on, c.id) > (?, ?)" : " AND (c.decided_ms, c.id) < (?, ?)"
            arguments += [isOpen ? after.key : Int64(after.key), after.id] as [(any DatabaseValueConvertible)?]
        }
        if let day = request.dueBefore {
            sql += " AND c.due_on < ?"
            arguments.append(day.text)
        }
        if request.isMine {
            sql += " AND c.claimed_by = ?"
            arguments.append(caller.id)
        }
        sql += isOpen ? " ORDER BY c.due_on, c.id" : " ORDER BY c.decided_ms DESC, c.id DESC"
        // One row more than asked tells whether there is a next page.
        sql += " LIMIT ?"
        arguments.append(request.limit + 1)
        return (sql, StatementArguments(arguments))
    }

    private static func cursor(_ check: ConflictCheck, _ status: CheckStatus) -> String? {
        switch status {
        case .open: PageCursor(key: check.dueOn.text, id: check.id).text
        case .decided: check.decidedAt.map { PageCursor($0, id: check.id).text }
        }
    }

    private static func openCrossings(by caller: Caller, in db: Database) throws -> Int {
        let deals = DealScope(caller, walking: "wall_crossing w CROSS JOIN deal d ON d.id = w.deal_id")
        let statement = try db.cachedStatement(
            sql: """
                SELECT COUNT(*) FROM (
                    SELECT 1 \(deals.sql) AND w.decision IS NULL AND w.ended_ms IS NULL AND w.until_ms > ?
                    LIMIT \(crossingsMax))
                """)
        return try Int.fetchOne(
            statement, arguments: StatementArguments(deals.arguments + [caller.now.milliseconds])) ?? 0
    }

    private static func seen(
        _ id: UUID?, by caller: Caller, in db: Database
    ) throws -> (stored: ConflictCheckRows.Stored, check: ConflictCheck) {
        guard let stored = try ConflictCheckRows.check(id, on: caller.today, in: db) else {
            throw RPCFault.notFound("check")
        }
        return (stored, try shown(stored, limit: ConflictCheckRows.hitsMax, to: caller, in: db))
    }

    /// One that the caller may decide: that of a secret deal is for those officers alone who may read the deal.
    private static func read(
        _ id: UUID?, by caller: Caller, in db: Database
    ) throws -> (stored: ConflictCheckRows.Stored, check: ConflictCheck) {
        let found = try seen(id, by: caller, in: db)
        guard !found.check.withheld else {
            throw RPCFault(
                .permissionDenied, "access_too_low", "An officer who may read this deal decides its check.")
        }
        return found
    }

    private static func shown(
        _ stored: ConflictCheckRows.Stored, limit: Int, to caller: Caller, in db: Database
    ) throws -> ConflictCheck {
        var check = stored.check
        var hits = try ConflictCheckRows.hits(of: check.id, limit: limit, in: db)
        let asked = Set(hits.compactMap(\.dealId) + [stored.dealID].compactMap(\.self))
        let visible = try DealRows.visible(asked, to: caller, in: db).ids
        if let deal = stored.dealID {
            guard visible.contains(deal) else { return check.withheldWhole }
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT number, code_name FROM deal WHERE id = ?"), arguments: [deal])
            (check.dealId, check.dealNumber, check.dealCodeName) = (deal, row?[0], row?[1])
        }
        // Of one that was deleted since, no more is told either.
        for index in hits.indices {
            if let deal = hits[index].dealId, !visible.contains(deal) {
                hits[index] = ConflictHit(party: hits[index].party, secretDeal: true)
            }
        }
        check.hits = hits
        check.parties = try ConflictCheckRows.parties(of: check.id, limit: limit, in: db)
        check.hitCount = try ConflictCheckRows.hitCount(of: check.id, in: db)
        return check
    }
}

extension ConflictCheck {
    /// That it is there, and when it is due.
    fileprivate var withheldWhole: ConflictCheck {
        var check = ConflictCheck(
            id: id, origin: origin, requested: requested, requestedBy: nil, requestedAt: requestedAt, dueOn: dueOn,
            version: version)
        (check.withheld, check.status, check.overdue) = (true, status, overdue)
        return check
    }
}

extension RPCFault {
    fileprivate static let checkDecided = RPCFault(
        .failedPrecondition, "already_decided", "This check waits for no decision.")
}
