import Contracts
import Foundation
import GRDB
import Storage

/// How a session goes on: its refresh token is used up, and a successor handed out.
extension SessionStore {
    /// Nil when the token is not good, whatever the reason. Calls with one token at the same time get one successor.
    func refresh(_ token: RefreshToken, _ occasion: Occasion) async throws -> SessionGrant? {
        try await store.write { db in
            guard let known = try KnownToken(token, in: db) else { return nil }
            switch RefreshDecision(known.facts, at: occasion.now, limits: limits) {
            case .refuse: return nil
            case .rotate: return try rotate(token, known, occasion, in: db)
            case .tellSuccessorAgain: return known.grant(token.successor(secret: secret))
            case .end(let reason):
                if reason == .reused {
                    try occasion.record(
                        EventType.sessionReused, .session(known.session), changes: [known.userChange], in: db)
                }
                try end(known.session, of: known.user.id, reason, occasion, in: db)
                return nil
            }
        }
    }

    private func rotate(
        _ token: RefreshToken, _ known: KnownToken, _ occasion: Occasion, in db: Database
    ) throws -> SessionGrant {
        let successor = token.successor(secret: secret)
        let now = occasion.now.milliseconds
        try db.cachedStatement(sql: "UPDATE refresh_token SET used_ms = ?, replaced_by = ? WHERE hash = ?")
            .execute(arguments: [now, successor.hash, token.hash])
        try insert(successor, of: known.session, at: occasion.now, in: db)
        try db.cachedStatement(sql: "UPDATE session SET last_seen_ms = ? WHERE id = ?")
            .execute(arguments: [now, known.session])
        try occasion.signedIn(known.user, session: known.session).record(
            EventType.sessionRefreshed, .session(known.session), in: db)
        return known.grant(successor)
    }

    func insert(_ token: RefreshToken, of session: UUID, at now: Instant, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO refresh_token (hash, session_id, issued_ms) VALUES (?, ?, ?)")
            .execute(arguments: [token.hash, session, now.milliseconds])
    }
}

/// A refresh token that is in the table, with its session and user.
private struct KnownToken {
    let facts: RefreshFacts
    let session: UUID
    let isRestricted: Bool
    let user: User

    init?(_ token: RefreshToken, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT token.used_ms, successor.used_ms IS NOT NULL AS successor_used, session.id, session.user_id,
                    session.last_seen_ms, session.expires_ms, session.is_restricted,
                    session.ended_ms IS NOT NULL AS ended
                FROM refresh_token AS token
                JOIN session ON session.id = token.session_id
                LEFT JOIN refresh_token AS successor ON successor.hash = token.replaced_by
                WHERE token.hash = ?
                """)
        let row = try Row.fetchOne(statement, arguments: [token.hash])
        guard let row, let user = try UserStore.user(row["user_id"], in: db) else { return nil }
        session = row["id"]
        isRestricted = row["is_restricted"]
        self.user = user
        let usedMilliseconds: Int64? = row["used_ms"]
        facts = RefreshFacts(
            tokenUsedAt: usedMilliseconds.map(Instant.init(milliseconds:)), isSuccessorUsed: row["successor_used"],
            lastSeenAt: Instant(milliseconds: row["last_seen_ms"]), expiresAt: Instant(milliseconds: row["expires_ms"]),
            isEnded: row["ended"], isUserActive: user.status == .active)
    }

    var userChange: FieldChange { FieldChange("user", before: nil, after: user.id.text) }

    func grant(_ token: RefreshToken) -> SessionGrant {
        SessionGrant(
            session: session, isRestricted: isRestricted, expiresAt: facts.expiresAt, refreshToken: token, user: user)
    }
}
