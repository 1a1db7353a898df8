import Contracts
import Foundation
import GRDB
import Storage

/// Sessions of browsers: an ordinary session whose secret stands behind a cookie, and which goes on as long as it is
/// used. Only the SHA-256 of the secret's text is stored.
struct WebSessionStore: Sendable {
    /// Use is noted so often at most.
    private static let noteMilliseconds: Int64 = 30_000

    let store: Store
    let sessions: SessionStore

    /// Nil when the user may not be let in any more; see `SessionStore.admit`.
    /// - Parameters:
    ///   - replaced: the digest of the secret that the browser has had until now, if any. It forgets it, so that session
    ///     must not live on, whosever it was.
    ///   - device: the digest of the device that the browser says it is; from then on it is one of this user.
    func open(for proven: ProvenUser, replacing replaced: Data?, device: Data?) async throws -> WebSession? {
        try await store.write { db in
            guard let user = try SessionStore.admit(proven, in: db) else { return nil }
            var session = try open(
                for: user, hasSecondFactor: proven.secondFactor != nil, replacing: replaced, proven.occasion, in: db)
            session.device = try DeviceStore.note(device, of: user.id, at: proven.occasion.now, in: db)?.text
            return session
        }
    }

    /// - Parameter method: how the user proved who he is; nil for what this service asks for itself.
    func open(
        for user: User, hasSecondFactor: Bool, by method: String? = nil, replacing replaced: Data? = nil,
        _ occasion: Occasion, in db: Database
    ) throws -> WebSession {
        let secret = OpaqueSecret()
        let session = try sessions.open(
            for: user, hasSecondFactor: hasSecondFactor, by: method, occasion, in: db)
        try db.execute(
            sql: "INSERT INTO web_session (hash, session_id) VALUES (?, ?)",
            arguments: [secret.digest, session.id])
        if let replaced { try end(replaced, occasion.signedIn(user, session: session.id), in: db) }
        return WebSession(secret: secret.text, expiresAt: session.expiresAt, user: user)
    }

    /// Nil when there is no such session, or it has ended or ends now.
    /// - Parameters:
    ///   - digest: SHA-256 of the secret's text.
    ///   - isUse: whether it keeps the session from falling idle.
    func resolve(_ digest: Data, isUse: Bool, _ occasion: Occasion) async throws -> ResolvedAccess? {
        guard let known = try await store.read({ try Known(digest, in: $0) }), !known.isEnded else { return nil }
        if let end = SessionEnd(
            lastSeenAt: known.lastSeenAt, expiresAt: known.access.expiresAt, isUserActive: known.isUserActive,
            at: occasion.now, limits: sessions.limits)
        {
            try await sessions.end(known.access.session, of: known.access.subject, end, occasion)
            return nil
        }
        if isUse, occasion.now.milliseconds - known.lastSeenAt.milliseconds >= Self.noteMilliseconds {
            try await store.write { db in
                try db.execute(
                    sql: "UPDATE session SET last_seen_ms = ? WHERE id = ? AND ended_ms IS NULL",
                    arguments: [occasion.now.milliseconds, known.access.session])
            }
        }
        return known.access
    }

    private func end(_ replaced: Data, _ occasion: Occasion, in db: Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT session.id, session.user_id
                FROM web_session AS web JOIN session ON session.id = web.session_id WHERE web.hash = ?
                """, arguments: [replaced])
        if let row { try sessions.end(row["id"], of: row["user_id"], .replaced, occasion, in: db) }
    }
}

private struct Known {
    let access: ResolvedAccess
    let lastSeenAt: Instant
    let isEnded: Bool
    let isUserActive: Bool

    init?(_ digest: Data, in db: Database) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT session.id, session.user_id, session.created_ms, session.last_seen_ms, session.expires_ms,
                    session.is_restricted, session.ended_ms IS NOT NULL AS ended, user.role, user.status = 'active' AS active
                FROM web_session AS web
                JOIN session ON session.id = web.session_id
                JOIN user ON user.id = session.user_id
                WHERE web.hash = ?
                """, arguments: [digest])
        guard let row, let role = Role(rawValue: row["role"]) else { return nil }
        access = ResolvedAccess(
            subject: row["user_id"], session: row["id"], role: role, scopes: row["is_restricted"] ? [] : nil,
            expiresAt: Instant(milliseconds: row["expires_ms"]), signedInAt: Instant(milliseconds: row["created_ms"]))
        lastSeenAt = Instant(milliseconds: row["last_seen_ms"])
        isEnded = row["ended"]
        isUserActive = row["active"]
    }
}
