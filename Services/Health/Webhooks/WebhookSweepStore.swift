import Contracts
import GRDB
import Storage

/// Takes away what is over: deliveries after 30 days, what belongs to removed endpoints, and secrets that sign no more.
struct WebhookSweepStore: Sendable {
    static let retentionSeconds: Int64 = 30 * 86_400
    /// Deletions come in small transactions, so that no write waits long.
    static let deletedAtOnceMax = 500

    let store: Store

    func sweep(at now: Instant) async throws {
        try await store.write { db in
            try db.execute(
                sql: """
                    UPDATE webhook_endpoint SET previous_secret = NULL, previous_until_ms = NULL
                    WHERE status <> 'removed' AND previous_until_ms <= ?
                    """, arguments: [now.milliseconds])
        }
        let oldest = now.advanced(bySeconds: -Self.retentionSeconds).milliseconds
        while try await step({ try Self.deleteOld(before: oldest, in: $0) }) {}
        while try await step({ try Self.deleteOfRemoved(in: $0) }) {}
    }

    /// True when there may be more.
    private func step(_ delete: @escaping @Sendable (Database) throws -> Int) async throws -> Bool {
        try await store.write(delete) == Self.deletedAtOnceMax
    }

    private static func deleteOld(before oldest: Int64, in db: Database) throws -> Int {
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, event_id FROM webhook_delivery WHERE created_ms < ? ORDER BY created_ms LIMIT ?",
            arguments: [oldest, deletedAtOnceMax])
        return try delete(rows, in: db)
    }

    private static func deleteOfRemoved(in db: Database) throws -> Int {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, event_id FROM webhook_delivery
                WHERE endpoint_id IN (SELECT id FROM webhook_endpoint WHERE status = 'removed') LIMIT ?
                """, arguments: [deletedAtOnceMax])
        let count = try delete(rows, in: db)
        if count < deletedAtOnceMax { try db.execute(sql: "DELETE FROM webhook_endpoint WHERE status = 'removed'") }
        return count
    }

    /// With the messages that no delivery needs any more.
    private static func delete(_ rows: [Row], in db: Database) throws -> Int {
        for row in rows {
            try db.cachedStatement(sql: "DELETE FROM webhook_delivery WHERE id = ?").execute(arguments: [row[0]])
            try db.cachedStatement(
                sql: """
                    DELETE FROM webhook_message WHERE event_id = ?1
                        AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE event_id = ?1)
                    """
            ).execute(arguments: [row[1]])
        }
        return rows.count
    }
}
