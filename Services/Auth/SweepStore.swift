import Contracts
import GRDB
import Storage

/// Forgets what is of no use any more, in all tables of auth.sqlite.
struct SweepStore: Sendable {
    /// Of sessions and personal tokens, after their expiry.
    private static let expiredKeptMilliseconds: Int64 = 30 * 86_400_000
    /// Gateways look back a quarter of an hour at most.
    private static let changesKeptMilliseconds: Int64 = 86_400_000

    let store: Store

    func sweep(at now: Instant) async throws {
        let now = now.milliseconds
        try await store.write { db in
            for (sql, before) in Self.statements(at: now) { try db.execute(sql: sql, arguments: [before]) }
        }
    }

    /// Each with the moment before which rows go.
    private static func statements(at now: Int64) -> [(sql: String, before: Int64)] {
        [
            ("DELETE FROM session WHERE expires_ms < ?", now - expiredKeptMilliseconds),
            ("DELETE FROM personal_token WHERE expires_ms < ?", now - expiredKeptMilliseconds),
            // The newest stays whatever its age: its number tells a gateway that it has missed nothing.
            (
                "DELETE FROM access_change WHERE at_ms < ? AND seq < (SELECT max(seq) FROM access_change)",
                now - changesKeptMilliseconds
            ),
            ("DELETE FROM invitation WHERE expires_ms <= ?", now),
            ("DELETE FROM password_reset WHERE expires_ms <= ?", now),
            ("DELETE FROM setup_token WHERE expires_ms < ?", now),
            ("DELETE FROM passkey_challenge WHERE expires_ms < ?", now),
            ("DELETE FROM openid_flow WHERE expires_ms < ?", now),
            (
                "DELETE FROM totp_factor WHERE state = 'pending' AND created_ms <= ?",
                now - 1000 * TOTPStore.pendingSeconds
            ),
            ("DELETE FROM throttle WHERE failed_ms < ?", now - ThrottleStore.keptMilliseconds),
            ("DELETE FROM device WHERE last_used_ms < ?", now - DeviceStore.keptMilliseconds),
        ]
    }
}
