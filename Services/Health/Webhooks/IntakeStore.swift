import Contracts
import Foundation
import GRDB
import Storage

/// Makes deliveries of events. They and the cursor of their source move in one transaction, so that a page that comes twice
/// makes each delivery once.
struct IntakeStore: Sendable {
    /// Waiting ones of one endpoint; what comes on top has failed from the start, and can be replayed.
    static let pendingMax = 10_000

    let store: Store

    func cursor(of source: String) async throws -> Int64 {
        try await store.read { try Inbox.cursor(of: source, in: $0) }
    }

    /// Answers how many deliveries that made.
    func take(_ events: [SequencedEvent], from source: String, at now: Instant) async throws -> Int {
        guard let last = events.last?.sequence else { return 0 }
        return try await store.write { db in
            let cursor = try Inbox.cursor(of: source, in: db)
            guard last > cursor else { return 0 }
            var wishes = try Self.wishes(in: db)
            var count = 0
            for entry in events where entry.sequence > cursor {
                let wanted = wishes.indices.filter { wishes[$0].wants(entry.event) }
                guard !wanted.isEmpty else { continue }
                let message = try WebhookMessage(entry.event)
                try Self.add(message, in: db)
                for index in wanted {
                    let isFull = wishes[index].pending >= Self.pendingMax
                    try Self.deliver(message.eventID, to: wishes[index].id, isFull: isFull, at: now, in: db)
                    if !isFull { wishes[index].pending += 1 }
                    count += 1
                }
            }
            try Inbox.move(source, to: last, in: db)
            return count
        }
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

    /// What one endpoint wants.
    private struct Wish {
        let id: UUID
        let filter: EventFilter
        /// What was before is no business of an endpoint.
        let createdAt: Instant
        var pending: Int

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
                pending: try pending(of: id, in: db))
        }
    }
}
