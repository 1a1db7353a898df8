import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// What was delivered and what was not, for people, and the ways to send it again.
struct DeliveryLogStore: Sendable {
    /// Of one call.
    static let replayedMax = 1000

    let store: Store

    /// One more than asked for, when there is one: so the caller knows whether a page follows.
    /// - Throws: `not_found`.
    func page(_ page: DeliveryPage, of endpoint: UUID, at now: Instant) async throws -> [WebhookDelivery] {
        try await store.read { db in
            _ = try EndpointStore.one(endpoint, at: now, in: db)
            let state = page.state == nil ? "" : "AND delivery.state = :state"
            var arguments: StatementArguments = [
                "endpoint": endpoint, "created": page.before.milliseconds, "id": page.beforeID,
                "limit": page.limit + 1,
            ]
            if let state = page.state { arguments += ["state": state.rawValue] }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT delivery.*, message.type FROM webhook_delivery AS delivery
                    JOIN webhook_message AS message ON message.event_id = delivery.event_id
                    WHERE delivery.endpoint_id = :endpoint \(state)
                        AND (delivery.created_ms, delivery.id) < (:created, :id)
                    ORDER BY delivery.created_ms DESC, delivery.id DESC LIMIT :limit
                    """, arguments: arguments)
            return try rows.map { try WebhookDelivery(row: $0, in: db) }
        }
    }

    /// - Throws: `not_found`, `EndpointStore.Refusal.disabled`.
    func test(_ endpoint: UUID, by user: UUID, _ occasion: WebhookOccasion) async throws -> WebhookDelivery {
        let message = try WebhookMessage.test(of: endpoint, by: user, at: occasion.now)
        return try await store.write { db in
            try Self.requireEnabled(endpoint, at: occasion.now, in: db)
            try IntakeStore.add(message, in: db)
            let id = try IntakeStore.deliver(message.eventID, to: endpoint, at: occasion.now, in: db)
            return try Self.one(id, of: endpoint, in: db)
        }
    }

    /// One that waits is tried at once.
    /// - Throws: `not_found`, `EndpointStore.Refusal.disabled`.
    func replay(
        _ delivery: UUID, of endpoint: UUID, _ occasion: WebhookOccasion
    ) async throws -> WebhookDelivery {
        try await store.write { db in
            let webhook = try Self.requireEnabled(endpoint, at: occasion.now, in: db)
            _ = try Self.one(delivery, of: endpoint, in: db)
            try db.execute(
                sql: """
                    UPDATE webhook_delivery SET state = 'pending', tries = 0, next_ms = ?, finished_ms = NULL
                    WHERE id = ?
                    """, arguments: [occasion.now.milliseconds, delivery])
            try EventFeed.append(
                occasion.event(
                    EventType.webhookReplayed, of: endpoint, version: webhook.version,
                    [FieldChange("delivery", before: nil, after: delivery.text)]), in: db)
            return try Self.one(delivery, of: endpoint, in: db)
        }
    }

    /// The oldest first.
    /// - Throws: `not_found`, `EndpointStore.Refusal.disabled`.
    func replayFailed(
        of endpoint: UUID, since: Instant, _ occasion: WebhookOccasion
    ) async throws -> WebhookReplayed {
        try await store.write { db in
            let webhook = try Self.requireEnabled(endpoint, at: occasion.now, in: db)
            let room = IntakeStore.pendingMax - (try IntakeStore.pending(of: endpoint, in: db))
            try db.execute(
                sql: """
                    UPDATE webhook_delivery SET state = 'pending', tries = 0, next_ms = ?, finished_ms = NULL
                    WHERE id IN (
                        SELECT id FROM webhook_delivery WHERE endpoint_id = ? AND state = 'failed' AND created_ms >= ?
                        ORDER BY created_ms, id LIMIT ?)
                    """,
                arguments: [
                    occasion.now.milliseconds, endpoint, since.milliseconds, max(0, min(Self.replayedMax, room)),
                ])
            let count = db.changesCount
            let hasMore = try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM webhook_delivery WHERE endpoint_id = ? AND state = 'failed' AND created_ms >= ?)
                    """, arguments: [endpoint, since.milliseconds])
            if count > 0 {
                try EventFeed.append(
                    occasion.event(
                        EventType.webhookReplayed, of: endpoint, version: webhook.version,
                        [
                            FieldChange("since", before: nil, after: since.text),
                            FieldChange("deliveries", before: nil, after: "\(count)"),
                        ]), in: db)
            }
            return WebhookReplayed(count: count, hasMore: hasMore ?? false)
        }
    }
}

extension DeliveryLogStore {
    @discardableResult
    private static func requireEnabled(_ endpoint: UUID, at now: Instant, in db: Database) throws -> Webhook {
        let webhook = try EndpointStore.one(endpoint, at: now, in: db)
        guard webhook.status == .enabled else { throw EndpointStore.Refusal.disabled }
        return webhook
    }

    /// - Throws: `not_found`.
    private static func one(_ id: UUID, of endpoint: UUID, in db: Database) throws -> WebhookDelivery {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT delivery.*, message.type FROM webhook_delivery AS delivery
                JOIN webhook_message AS message ON message.event_id = delivery.event_id
                WHERE delivery.id = ? AND delivery.endpoint_id = ?
                """, arguments: [id, endpoint])
        guard let row else { throw RPCFault.notFound("delivery") }
        return try WebhookDelivery(row: row, in: db)
    }
}

extension WebhookDelivery {
    fileprivate init(row: Row, in db: Database) throws {
        guard let state = WebhookDeliveryState(rawValue: row["state"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "delivery with an unknown state")
        }
        let id: UUID = row["id"]
        let attempts = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT at_ms, duration_ms, status, response, error FROM webhook_attempt
                    WHERE delivery_id = ? ORDER BY number
                    """), arguments: [id]
        ).map {
            WebhookAttempt(
                at: Instant(milliseconds: $0[0]), durationMilliseconds: $0[1], status: $0[2], response: $0[3],
                error: $0[4])
        }
        self.init(
            id: id, eventId: row["event_id"], type: row["type"], state: state,
            createdAt: Instant(milliseconds: row["created_ms"]),
            nextAttemptAt: (row["next_ms"] as Int64?).map(Instant.init(milliseconds:)),
            finishedAt: (row["finished_ms"] as Int64?).map(Instant.init(milliseconds:)), attempts: attempts)
    }
}
