import Contracts
import GRDB
import Storage

struct SweepStore: Sendable {
    private static let sessionsKeptMilliseconds: Int64 = 30 * 86_400_000
    /// Gateways look back a quarter of an hour at most.
    private static let changesKeptMilliseconds: Int64 = 86_400_000

    let store: Store

    /// The newest change stays whatever its age: its number tells a gateway that it has missed nothing.
    func sweep(at now: Instant) async throws {
        try await store.write { db in
            try db.execute(
                sql: "DELETE FROM session WHERE expires_ms < ?",
                arguments: [now.milliseconds - Self.sessionsKeptMilliseconds])
            try db.execute(
                sql: "DELETE FROM access_change WHERE at_ms < ? AND seq < (SELECT max(seq) FROM access_change)",
                arguments: [now.milliseconds - Self.changesKeptMilliseconds])
            try db.execute(
                sql: "DELETE FROM personal_token WHERE expires_ms < ?",
                arguments: [now.milliseconds - Self.sessionsKeptMilliseconds])
            try db.execute(sql: "DELETE FROM passkey_challenge WHERE expires_ms < ?", arguments: [now.milliseconds])
            try db.execute(sql: "DELETE FROM password_reset WHERE expires_ms <= ?", arguments: [now.milliseconds])
            try db.execute(sql: "DELETE FROM setup_token WHERE expires_ms < ?", arguments: [now.milliseconds])
            try db.execute(
                sql: "DELETE FROM totp_factor WHERE state = 'pending' AND created_ms <= ?",
                arguments: [now.milliseconds - 1000 * TOTPStore.pendingSeconds])
            try db.execute(sql: "DELETE FROM invitation WHERE expires_ms <= ?", arguments: [now.milliseconds])
            try ThrottleStore.sweep(at: now, in: db)
            try DeviceStore.sweep(at: now, in: db)
            try db.execute(sql: "DELETE FROM openid_flow WHERE expires_ms < ?", arguments: [now.milliseconds])
        }
    }
}
