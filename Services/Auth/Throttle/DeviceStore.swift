import Contracts
import Foundation
import GRDB
import Storage

/// Browsers that their users have signed in with, in auth.sqlite: by the SHA-256 of the secret's text, which stands in a
/// cookie of theirs and nowhere else. A device lets nobody in; it only waits for its own failures and not for others'.
struct DeviceStore: Sendable {
    /// Of one user; beyond, the one that was used least lately is forgotten.
    static let perUserMax = 20
    /// So long after its last sign-in.
    static let keptMilliseconds: Int64 = 180 * 86_400_000

    let store: Store

    /// Whether it is a device of this very user.
    func isKnown(_ digest: Data, of user: UUID?, at now: Instant) async throws -> Bool {
        try await store.read { try Self.isKnown(digest, of: user, at: now, in: $0) }
    }

    /// After a sign-in, in the transaction that opens the session.
    /// - Parameter shown: the digest of what the browser came with.
    /// - Returns: the secret of a new device; nil when it came with one of this user already.
    static func note(_ shown: Data?, of user: UUID, at now: Instant, in db: Database) throws -> OpaqueSecret? {
        if let shown, try isKnown(shown, of: user, at: now, in: db) {
            try db.execute(
                sql: "UPDATE device SET last_used_ms = ? WHERE hash = ?", arguments: [now.milliseconds, shown])
            return nil
        }
        let secret = OpaqueSecret()
        try db.execute(
            sql: "INSERT INTO device (hash, user_id, created_ms, last_used_ms) VALUES (?, ?, ?, ?)",
            arguments: [secret.digest, user, now.milliseconds, now.milliseconds])
        try db.execute(
            sql: """
                DELETE FROM device WHERE user_id = ? AND hash NOT IN (
                    SELECT hash FROM device WHERE user_id = ? ORDER BY last_used_ms DESC, rowid DESC LIMIT ?)
                """, arguments: [user, user, perUserMax])
        return secret
    }

    private static func isKnown(_ digest: Data, of user: UUID?, at now: Instant, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: "SELECT EXISTS (SELECT 1 FROM device WHERE hash = ? AND user_id = ? AND last_used_ms >= ?)",
            arguments: [digest, user, now.milliseconds - keptMilliseconds]) ?? false
    }
}
