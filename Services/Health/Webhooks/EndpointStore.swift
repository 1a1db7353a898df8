import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// The endpoints in health.sqlite. Each change is in the log with who made it, by an event in its transaction.
struct EndpointStore: Sendable {
    static let endpointsMax = 50
    /// How long the secret before the newest one signs too.
    static let overlapSeconds: Int64 = 24 * 3600

    enum Refusal: Error {
        case tooMany
        case disabled
    }

    let store: Store
    let box: SecretBox

    func all(at now: Instant) async throws -> [Webhook] {
        try await store.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM webhook_endpoint WHERE status <> 'removed' ORDER BY created_ms, id"
            ).map { try Webhook(row: $0, at: now) }
        }
    }

    /// - Throws: `not_found`.
    func one(_ id: UUID, at now: Instant) async throws -> Webhook {
        try await store.read { try Self.one(id, at: now, in: $0) }
    }

    /// - Throws: `Refusal.tooMany`.
    func create(_ form: WebhookForm, _ occasion: WebhookOccasion) async throws -> CreatedWebhook {
        let secret = WebhookSecret()
        let webhook = Webhook(
            id: UUIDv7.make(at: occasion.now), url: form.url, description: form.description,
            events: form.filter.patterns, status: .enabled, disabledReason: nil, failingSince: nil,
            previousSecretUntil: nil, version: 1, createdAt: occasion.now, updatedAt: occasion.now)
        let sealed = try box.seal(secret.bytes, in: .webhookSecret, of: webhook.id.text)
        try await store.write { db in
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM webhook_endpoint WHERE status <> 'removed'")
            guard count ?? 0 < Self.endpointsMax else { throw Refusal.tooMany }
            try db.execute(
                sql: """
                    INSERT INTO webhook_endpoint (id, url, description, events, status, secret, version, created_ms,
                        updated_ms)
                    VALUES (?, ?, ?, ?, 'enabled', ?, 1, ?, ?)
                    """,
                arguments: [
                    webhook.id, webhook.url, webhook.description, form.filter.text, sealed,
                    occasion.now.milliseconds, occasion.now.milliseconds,
                ])
            try EventFeed.append(
                occasion.event(
                    EventType.webhookCreated, of: webhook.id, version: 1, WebhookChanges.between(nil, webhook)),
                in: db)
        }
        return CreatedWebhook(secret: secret.text, webhook: webhook)
    }

    /// - Parameter change: what the endpoint becomes; throws to refuse.
    /// - Throws: `not_found`, or what `change` throws.
    func update(
        _ id: UUID, _ occasion: WebhookOccasion, _ change: @escaping @Sendable (Webhook) throws -> Webhook
    ) async throws -> Webhook {
        try await store.write { db in
            let before = try Self.one(id, at: occasion.now, in: db)
            let after = try change(before)
            guard after != before else { return before }
            return try Self.save(after, replacing: before, EventType.webhookUpdated, occasion, in: db)
        }
    }

    /// Its deliveries are swept away later.
    /// - Throws: `not_found`, or what `check` throws.
    func remove(
        _ id: UUID, _ occasion: WebhookOccasion, _ check: @escaping @Sendable (Webhook) throws -> Void
    ) async throws {
        try await store.write { db in
            let webhook = try Self.one(id, at: occasion.now, in: db)
            try check(webhook)
            try db.execute(
                sql: """
                    UPDATE webhook_endpoint SET status = 'removed', disabled_reason = NULL, secret = NULL,
                        previous_secret = NULL, previous_until_ms = NULL, updated_ms = ?, version = version + 1
                    WHERE id = ?
                    """, arguments: [occasion.now.milliseconds, id])
            try EventFeed.append(
                occasion.event(EventType.webhookRemoved, of: id, version: webhook.version + 1), in: db)
        }
    }

    /// - Throws: `not_found`.
    func rotateSecret(_ id: UUID, _ occasion: WebhookOccasion) async throws -> RotatedWebhookSecret {
        let secret = WebhookSecret()
        let until = occasion.now.advanced(bySeconds: Self.overlapSeconds)
        try await store.write { [box] db in
            let webhook = try Self.one(id, at: occasion.now, in: db)
            let sealed = try Data.fetchOne(
                db, sql: "SELECT secret FROM webhook_endpoint WHERE id = ?", arguments: [id])
            guard let sealed else { throw RPCFault.notFound("webhook") }
            let old = try box.open(sealed, in: .webhookSecret, of: id.text)
            try db.execute(
                sql: """
                    UPDATE webhook_endpoint SET secret = ?, previous_secret = ?, previous_until_ms = ?,
                        version = version + 1, updated_ms = ? WHERE id = ?
                    """,
                arguments: [
                    try box.seal(secret.bytes, in: .webhookSecret, of: id.text),
                    try box.seal(old, in: .previousWebhookSecret, of: id.text), until.milliseconds,
                    occasion.now.milliseconds, id,
                ])
            try EventFeed.append(
                occasion.event(EventType.webhookSecretRotated, of: id, version: webhook.version + 1), in: db)
        }
        return RotatedWebhookSecret(secret: secret.text, previousSecretUntil: until)
    }
}

extension EndpointStore {
    /// - Throws: `not_found`.
    static func one(_ id: UUID, at now: Instant, in db: Database) throws -> Webhook {
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM webhook_endpoint WHERE id = ? AND status <> 'removed'", arguments: [id])
        guard let row else { throw RPCFault.notFound("webhook") }
        return try Webhook(row: row, at: now)
    }

    /// Turned off for a reason that the service found by itself; one that is off already stays as it is.
    static func disable(
        _ id: UUID, _ reason: WebhookDisabledReason, at now: Instant, in db: Database
    ) throws {
        let before = try one(id, at: now, in: db)
        guard before.status == .enabled else { return }
        var after = before
        after.status = .disabled
        after.disabledReason = reason
        _ = try save(after, replacing: before, EventType.webhookDisabled, WebhookOccasion(ownAt: now), in: db)
    }

    private static func save(
        _ webhook: Webhook, replacing before: Webhook, _ type: String, _ occasion: WebhookOccasion, in db: Database
    ) throws -> Webhook {
        var after = webhook
        after.version = before.version + 1
        after.updatedAt = occasion.now
        // Who turns it on, or sends it elsewhere, has repaired something: it begins anew.
        if after.status == .enabled, before.status == .disabled || before.url != after.url { after.failingSince = nil }
        try db.execute(
            sql: """
                UPDATE webhook_endpoint SET url = ?, description = ?, events = ?, status = ?, disabled_reason = ?,
                    failing_since_ms = ?, rest_until_ms = 0, version = ?, updated_ms = ?
                WHERE id = ?
                """,
            arguments: [
                after.url, after.description, after.events.joined(separator: " "), after.status.rawValue,
                after.disabledReason?.rawValue, after.failingSince?.milliseconds, after.version,
                after.updatedAt.milliseconds, after.id,
            ])
        try EventFeed.append(
            occasion.event(type, of: after.id, version: after.version, WebhookChanges.between(before, after)), in: db)
        return after
    }
}

extension Webhook {
    /// - Parameter now: a secret whose time is over is there no more, also before it is swept away.
    fileprivate init(row: Row, at now: Instant) throws {
        guard let status = WebhookStatus(rawValue: row["status"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "webhook with an unknown status")
        }
        let until = (row["previous_until_ms"] as Int64?).map(Instant.init(milliseconds:))
        self.init(
            id: row["id"], url: row["url"], description: row["description"],
            events: EventFilter(text: row["events"]).patterns, status: status,
            disabledReason: (row["disabled_reason"] as String?).flatMap(WebhookDisabledReason.init(rawValue:)),
            failingSince: (row["failing_since_ms"] as Int64?).map(Instant.init(milliseconds:)),
            previousSecretUntil: until.flatMap { $0 > now ? $0 : nil }, version: row["version"],
            createdAt: Instant(milliseconds: row["created_ms"]), updatedAt: Instant(milliseconds: row["updated_ms"]))
    }
}
