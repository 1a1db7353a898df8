import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Tokens

/// Personal access tokens in auth.sqlite, by their SHA-256. One that is revoked is announced to the gateways in the same
/// transaction, like a session that ends.
struct PersonalTokenStore: Sendable {
    /// Living ones of one user.
    static let tokensMax = 50
    /// Use is noted so often at most.
    private static let noteMilliseconds: Int64 = 60_000

    let store: Store
    let changes: AccessChangeStore

    enum Refusal: Error {
        case tooMany
        /// The session is a restricted one, and a token must not reach further.
        case restricted
    }

    /// - Throws: `Refusal`.
    func create(
        _ request: TokenRequest, by identity: RPCIdentity, _ occasion: Occasion
    ) async throws -> CreatedPersonalToken {
        let user = identity.subject
        let secret = PersonalTokenSecret()
        let token = PersonalToken(
            id: UUIDv7.make(at: occasion.now), name: request.name, hint: secret.hint,
            scopes: request.scopes, createdAt: occasion.now,
            expiresAt: occasion.now.advanced(bySeconds: Int64(request.days) * 86_400), lastUsedAt: nil)
        try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            guard try !SessionStore.isRestricted(identity.session, in: db) else { throw Refusal.restricted }
            guard try Self.living(of: user, at: occasion.now, in: db).count < Self.tokensMax else {
                throw Refusal.tooMany
            }
            try Self.insert(token, secret, of: user, in: db)
            try occasion.record(
                EventType.tokenCreated, token.eventSubject,
                changes: [
                    FieldChange("user", before: nil, after: user.text),
                    FieldChange("name", before: nil, after: token.name),
                    FieldChange("scopes", before: nil, after: Self.text(token.scopes)),
                    FieldChange("expiresAt", before: nil, after: token.expiresAt.text),
                ], in: db)
        }
        return CreatedPersonalToken(secret: secret.text, token: token)
    }

    func living(of user: UUID, at now: Instant) async throws -> [PersonalToken] {
        try await store.read { try Self.living(of: user, at: now, in: $0) }
    }

    /// False when the user has no such token that lives.
    func revoke(_ token: UUID, of user: UUID, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            guard let token = try Self.living(of: user, at: occasion.now, in: db).first(where: { $0.id == token })
            else {
                return false
            }
            try revoke(token, of: user, "by_owner", occasion, in: db)
            return true
        }
    }

    /// Nil when there is no such token that lives, or its user may not be let in. Its use is noted, to the minute.
    func resolve(_ digest: Data, isUse: Bool, _ occasion: Occasion) async throws -> ResolvedAccess? {
        let known = try await store.read { try Self.known(digest, at: occasion.now, in: $0) }
        guard let (access, lastUsed) = known else { return nil }
        if isUse, occasion.now.milliseconds - (lastUsed ?? 0) >= Self.noteMilliseconds {
            try await store.write { db in
                try db.execute(
                    sql: "UPDATE personal_token SET last_used_ms = ?, last_address = ? WHERE id = ?",
                    arguments: [
                        occasion.now.milliseconds, occasion.actor.address.map { String($0.prefix(100)) },
                        access.session,
                    ])
            }
        }
        return access
    }
}

extension PersonalTokenStore {
    func revokeAll(of user: UUID, _ reason: String, _ occasion: Occasion, in db: Database) throws {
        for token in try Self.living(of: user, at: occasion.now, in: db) {
            try revoke(token, of: user, reason, occasion, in: db)
        }
    }

    private func revoke(
        _ token: PersonalToken, of user: UUID, _ reason: String, _ occasion: Occasion, in db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE personal_token SET revoked_ms = ? WHERE id = ?",
            arguments: [occasion.now.milliseconds, token.id])
        try changes.append(session: token.id, at: occasion.now, in: db)
        try occasion.record(
            EventType.tokenRevoked, token.eventSubject,
            changes: [
                FieldChange("user", before: user.text, after: nil), FieldChange("reason", before: nil, after: reason),
            ], in: db)
    }

    private static func insert(
        _ token: PersonalToken, _ secret: PersonalTokenSecret, of user: UUID, in db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO personal_token (id, user_id, hash, name, hint, scopes, created_ms, expires_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                token.id, user, Data(secret.digest), token.name, token.hint, Self.text(token.scopes),
                token.createdAt.milliseconds, token.expiresAt.milliseconds,
            ])
    }

    private static func known(
        _ digest: Data, at now: Instant, in db: Database
    ) throws -> (ResolvedAccess, lastUsedMilliseconds: Int64?)? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT token.id, token.user_id, token.scopes, token.created_ms, token.expires_ms, token.last_used_ms,
                    user.role
                FROM personal_token AS token JOIN user ON user.id = token.user_id
                WHERE token.hash = ? AND token.revoked_ms IS NULL AND token.expires_ms > ? AND user.status = 'active'
                """, arguments: [digest, now.milliseconds])
        guard let row, let role = Role(rawValue: row["role"]) else { return nil }
        let access = ResolvedAccess(
            subject: row["user_id"], session: row["id"], role: role, scopes: scopes(row["scopes"]),
            expiresAt: Instant(milliseconds: row["expires_ms"]), signedInAt: Instant(milliseconds: row["created_ms"]))
        return (access, row["last_used_ms"])
    }

    private static func living(of user: UUID, at now: Instant, in db: Database) throws -> [PersonalToken] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM personal_token WHERE user_id = ? AND revoked_ms IS NULL AND expires_ms > ?
                ORDER BY created_ms DESC, id DESC
                """, arguments: [user, now.milliseconds]
        ).map { row in
            PersonalToken(
                id: row["id"], name: row["name"], hint: row["hint"], scopes: scopes(row["scopes"]),
                createdAt: Instant(milliseconds: row["created_ms"]),
                expiresAt: Instant(milliseconds: row["expires_ms"]),
                lastUsedAt: (row["last_used_ms"] as Int64?).map(Instant.init(milliseconds:)))
        }
    }

    private static func text(_ scopes: [Permission]) -> String { scopes.map(\.rawValue).joined(separator: " ") }

    /// A permission that there is no more is good for nothing.
    private static func scopes(_ text: String) -> [Permission] {
        text.split(separator: " ").compactMap { Permission(rawValue: String($0)) }
    }
}

extension PersonalToken {
    fileprivate var eventSubject: EventSubject { EventSubject(kind: "token", id: id.text) }
}
