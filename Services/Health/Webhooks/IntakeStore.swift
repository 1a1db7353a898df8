import Contracts
import Events
import Foundation
import GRDB
import Storage

/// Makes deliveries of events, each in the transaction in which the cursor of their source moves, so that a batch that comes
/// twice makes each delivery once.
struct IntakeStore: Sendable {
    /// Waiting ones of one endpoint; what comes on top has failed from the start, and can be replayed.
    static let pendingMax = 10_000
    /// Such ones of one endpoint; what comes on top of them is only counted.
    static let overflowMax = 10_000

    let meters: WebhookMeters
    var clock: WallClock = { .now }

    /// What webhooks do with the events of any source. What an operator does with an event that could not be taken in is told
    /// to the log as an event of our own.
    var effect: EventEffect {
        EventEffect { [meters, clock] events, db in
            let dropped = try Self.take(events, at: clock(), in: db)
            guard dropped > 0 else { return }
            db.afterNextTransaction { _ in meters.drop(dropped) }
        } record: { act, db in
            try EventFeed.append(act.event, in: db)
        }
    }

    /// Answers for how many deliveries there was no place.
    private static func take(_ events: [SequencedEvent], at now: Instant, in db: Database) throws -> Int {
        var wishes = try Self.wishes(in: db)
        var dropped = 0
        for entry in events {
            let wanted = wishes.indices.filter { wishes[$0].wants(entry.event) }
            let placed = wanted.filter { wishes[$0].hasPlace }
            dropped += wanted.count - placed.count
            guard !placed.isEmpty else { continue }
            let message = try WebhookMessage(entry.event)
            try add(message, in: db)
            for index in placed {
                try deliver(message.eventID, to: wishes[index].id, isFull: wishes[index].isFull, at: now, in: db)
                wishes[index].count()
            }
        }
        return dropped
    }

    static func add(_ message: WebhookMessage, in db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO webhook_message (event_id, type, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        ).execute(arguments: [message.eventID, message.type, message.body])
    }

    /// Answers the delivery's id.
    @discardableResult
    static func deliver(
        _ event: UUID, to endpoint: UUID, isFull: Bool = false, at now: Instant, in db: Database
    ) throws -> UUID {
        let id = UUIDv7.make(at: now)
        let time = now.milliseconds
        try db.cachedStatement(
            sql: """
                INSERT INTO webhook_delivery (id, endpoint_id, event_id, state, next_ms, created_ms, finished_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id, endpoint, event, isFull ? "failed" : "pending", isFull ? nil : time, time, isFull ? time : nil,
        ])
        return id
    }

    static func pending(of endpoint: UUID, in db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM (
                    SELECT 1 FROM webhook_delivery WHERE endpoint_id = ? AND state = 'pending' LIMIT ?)
                """, arguments: [endpoint, pendingMax]) ?? 0
    }

    private static func overflow(of endpoint: UUID, in db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM (
                    SELECT 1 FROM webhook_delivery INDEXED BY webhook_delivery_overflow
                    WHERE endpoint_id = ? AND state = 'failed' AND attempts = 0 LIMIT ?)
                """, arguments: [endpoint, overflowMax]) ?? 0
    }

    /// What one endpoint wants.
    private struct Wish {
        let id: UUID
        let filter: EventFilter
        /// What was before is no business of an endpoint.
        let createdAt: Instant
        var pending: Int
        var overflow: Int

        var isFull: Bool { pending >= IntakeStore.pendingMax }
        var hasPlace: Bool { !isFull || overflow < IntakeStore.overflowMax }

        /// One more, where `isFull` says.
        mutating func count() {
            if isFull { overflow += 1 } else { pending += 1 }
        }

        /// Who opens a secret deal is for the audit log alone: nobody else is told, on the deal or outside.
        func wants(_ event: Event) -> Bool {
            event.time >= createdAt && filter.matches(event.type) && event.type != EventType.dealRead
        }
    }

    private static func wishes(in db: Database) throws -> [Wish] {
        try Row.fetchAll(db, sql: "SELECT id, events, created_ms FROM webhook_endpoint WHERE status = 'enabled'").map {
            let id: UUID = $0["id"]
            return Wish(
                id: id, filter: EventFilter(text: $0["events"]), createdAt: Instant(milliseconds: $0["created_ms"]),
                pending: try pending(of: id, in: db), overflow: try overflow(of: id, in: db))
        }
    }
}
