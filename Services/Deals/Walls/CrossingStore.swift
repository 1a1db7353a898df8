import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Wall-crossings: asked for by one, decided by another, never deleted.
struct CrossingStore: Sendable {
    let store: Store

    func page(limit: Int, after: UUID?, of reference: DealReference, by caller: Caller) async throws -> CrossingPage {
        try await store.read { db in
            let seen = try DealRows.seenOrDeleted(reference, by: caller, in: db)
            try seen.requireOversight(by: caller)
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM wall_crossing WHERE deal_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                    """)
            // One row more than asked tells whether there is a next page.
            var items = try Row.fetchAll(statement, arguments: [seen.deal.id, after ?? Self.afterAll, limit + 1])
                .map { try Self.crossing($0, at: caller.now) }
            let hasMore = items.count > limit
            if hasMore { items.removeLast() }
            return CrossingPage(items: items, nextCursor: hasMore ? items.last?.id.text : nil)
        }
    }

    /// Writes the request down; it lets nobody in.
    func request(_ crossing: WallCrossing, on reference: DealReference, by caller: Caller) async throws -> WallCrossing
    {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .manage, in: db).deal
            guard try TeamStore.access(of: crossing.userId, to: deal.id, in: db) == nil else {
                throw RPCFault(.alreadyExists, "already_member", "This person is on the deal's team.")
            }
            let open = try Self.openUsers(of: deal.id, at: caller.now, in: db)
            guard !open.contains(crossing.userId) else {
                throw RPCFault(
                    .alreadyExists, "wall_crossing_open", "A wall-crossing of this person is asked for or runs.")
            }
            guard open.count < TimedAccess.openMax else {
                throw RPCFault(
                    .failedPrecondition, "wall_crossings_full",
                    "A deal has at most \(TimedAccess.openMax) wall-crossings at once.")
            }
            try Self.insert(crossing, into: deal.id, in: db)
            try Self.record(EventType.dealWallCrossingRequested, crossing, of: deal, by: caller, in: db)
            return crossing
        }
    }

    /// An approval lets the person in with the commit.
    func decide(
        _ id: UUID, of reference: DealReference, _ form: CrossingDecisionForm, by caller: Caller
    ) async throws -> WallCrossing {
        try await store.once(by: caller) { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            let (deal, found) = (seen.deal, try Self.find(id, of: seen, by: caller, in: db))
            var crossing = found
            try crossing.decide(form, by: caller)
            let decided = try Self.some(crossing.decidedAt)
            try db.cachedStatement(
                sql: "UPDATE wall_crossing SET decision = ?, note = ?, decided_by = ?, decided_ms = ? WHERE id = ?"
            ).execute(arguments: [form.decision.rawValue, form.note, caller.id, decided.milliseconds, id])
            guard form.decision == .approve else {
                try Self.record(EventType.dealWallCrossingRefused, crossing, of: deal, by: caller, in: db)
                return crossing
            }
            let entry = AccessEntry(
                userId: crossing.userId, name: crossing.name, basis: .wallCrossing, access: .read, role: nil,
                reason: crossing.reason, addedBy: crossing.requestedBy, approvedBy: caller.id, from: decided,
                to: crossing.until)
            try TimedAccess.append(entry, id: id, to: deal.id, until: crossing.until, in: db)
            try Self.record(EventType.dealWallCrossingGranted, crossing, of: deal, by: caller, in: db)
            return crossing
        }
    }

    /// Ends access with the commit. Also of a deleted deal: who was let in would be again when it is restored.
    func end(_ id: UUID, of reference: DealReference, by caller: Caller) async throws -> WallCrossing {
        try await store.write { db in
            let seen = try DealRows.seenOrDeleted(reference, by: caller, in: db)
            let (deal, found) = (seen.deal, try Self.find(id, of: seen, by: caller, in: db))
            var crossing = found
            let wasGranted = crossing.status == .granted
            try crossing.end(by: caller)
            let ended = try Self.some(crossing.endedAt)
            try db.cachedStatement(sql: "UPDATE wall_crossing SET ended_by = ?, ended_ms = ? WHERE id = ?")
                .execute(arguments: [caller.id, ended.milliseconds, id])
            if wasGranted { try TimedAccess.end(id, at: ended, by: caller.id, in: db) }
            try Self.record(EventType.dealWallCrossingEnded, crossing, of: deal, by: caller, in: db)
            return crossing
        }
    }
}

extension CrossingStore {
    private static let columns = """
        id, user_id, name, reason, until_ms, requested_by, requested_ms, decision, note, decided_by, decided_ms,
        ended_by, ended_ms
        """

    /// No id sorts after it.
    private static let afterAll = UUID(
        uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))

    /// A crossing of a deal whose access the caller decides over, as he read it.
    private static func find(
        _ id: UUID, of seen: SeenDeal, by caller: Caller, in db: Database
    ) throws -> WallCrossing {
        try seen.requireSay(by: caller)
        let statement = try db.cachedStatement(
            sql: "SELECT \(columns) FROM wall_crossing WHERE deal_id = ? AND id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [seen.deal.id, id]) else {
            throw RPCFault.notFound("wall-crossing")
        }
        let crossing = try crossing(row, at: caller.now)
        try crossing.requireVersion(caller.context.ifMatch)
        return crossing
    }

    /// Whose crossing is asked for or runs.
    private static func openUsers(of deal: UUID, at now: Instant, in db: Database) throws -> Set<UUID> {
        let statement = try db.cachedStatement(
            sql: """
                SELECT user_id FROM wall_crossing
                WHERE deal_id = ? AND until_ms > ? AND ended_ms IS NULL AND decision IS NOT 'refuse'
                """)
        return try Set(Row.fetchAll(statement, arguments: [deal, now.milliseconds]).map { $0[0] as UUID })
    }

    private static func insert(_ crossing: WallCrossing, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO wall_crossing (id, deal_id, user_id, name, reason, until_ms, requested_by, requested_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            crossing.id, deal, crossing.userId, crossing.name, crossing.reason, crossing.until.milliseconds,
            crossing.requestedBy, crossing.requestedAt.milliseconds,
        ])
    }

    private static func record(
        _ type: String, _ crossing: WallCrossing, of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        let changes = [
            FieldChange("wallCrossingId", before: nil, after: crossing.id.text),
            FieldChange("userId", before: nil, after: crossing.userId.text),
            FieldChange("until", before: nil, after: crossing.until.text),
            FieldChange("reason", before: nil, after: crossing.reason),
        ]
        try Event.record(type, about: deal, by: caller, changes: changes, in: db)
    }

    private static func crossing(_ row: Row, at now: Instant) throws -> WallCrossing {
        let (decided, ended): (Int64?, Int64?) = (row[10], row[12])
        let (until, endedAt) = (Instant(milliseconds: row[4]), ended.map(Instant.init(milliseconds:)))
        let status = WallCrossing.status(
            try row.optionalChoice(7), endedAt: endedAt, until: until, at: now)
        return WallCrossing(
            id: row[0], userId: row[1], name: row[2], reason: row[3], until: until, status: status,
            requestedBy: row[5], requestedAt: Instant(milliseconds: row[6]), decidedBy: row[9],
            decidedAt: decided.map(Instant.init(milliseconds:)), note: row[8], endedBy: row[11], endedAt: endedAt,
            version: 1 + (decided == nil ? 0 : 1) + (ended == nil ? 0 : 1))
    }

    /// What the rule has just set.
    private static func some(_ instant: Instant?) throws -> Instant {
        guard let instant else { throw RPCFault.internal }
        return instant
    }
}
