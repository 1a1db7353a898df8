import Contracts
import Crypto
import Foundation
import GRDB
import Storage

/// Sessions and their refresh tokens in auth.sqlite. A session that ends is announced to the gateways in the same
/// transaction.
struct SessionStore: Sendable {
    let store: Store
    let limits: SessionLimits
    let policy: SecondFactorPolicy
    /// Derives a token's successor.
    let secret: SymmetricKey
    let changes: AccessChangeStore

    /// Nil when the user may not be let in any more (see `admit`): hashing takes long, and much may have been changed in
    /// the meantime.
    func start(for proven: ProvenUser) async throws -> SessionGrant? {
        try await store.write { db in
            guard let user = try Self.admit(proven, in: db) else { return nil }
            return try start(
                for: user, hasSecondFactor: proven.secondFactor != nil, proven.occasion, in: db)
        }
    }

    /// Ends a session of this user; one that has ended already stays as it is.
    func end(_ session: UUID, of user: UUID, _ reason: SessionEnd, _ occasion: Occasion) async throws {
        try await store.write { try end(session, of: user, reason, occasion, in: $0) }
    }

    /// A sign-in that failed. Of a user that is not there, nothing is written that could tell who was meant.
    func recordFailure(of user: UUID?, reason: String, _ occasion: Occasion) async throws {
        try await store.write { db in
            try occasion.record(
                EventType.sessionFailed, .user(user),
                changes: [FieldChange("reason", before: nil, after: reason)], in: db)
        }
    }
}

extension SessionStore {
    /// - Parameter hasSecondFactor: whether the sign-in showed one.
    func start(
        for user: User, hasSecondFactor: Bool, _ occasion: Occasion, in db: Database
    ) throws -> SessionGrant {
        let session = try open(for: user, hasSecondFactor: hasSecondFactor, occasion, in: db)
        let grant = SessionGrant(
            session: session.id, isRestricted: session.isRestricted, expiresAt: session.expiresAt,
            refreshToken: RefreshToken(), user: user)
        try insert(grant.refreshToken, of: session.id, at: occasion.now, in: db)
        return grant
    }

    /// The user as he is by now, whose failures before are forgiven. Nil when he is no longer active, the hash that his
    /// password was compared with is no longer his, or his second factor was turned on or off, or replaced, in the meantime.
    static func admit(_ proven: ProvenUser, in db: Database) throws -> User? {
        guard let user = try UserStore.user(proven.id, in: db), user.status == .active,
            try proven.hash.map({ try PasswordStore.stands($0, of: user.id, in: db) }) ?? true,
            try SecondFactorStore.stands(proven.secondFactor, of: user.id, in: db)
        else { return nil }
        if let attempt = proven.attempt { try ThrottleStore.forgive(attempt, in: db) }
        return user
    }

    /// Opens a session; the refresh token or the cookie that keeps it going is the caller's to add.
    /// - Parameter method: how the user proved who he is; nil for what this service asks for itself.
    func open(
        for user: User, hasSecondFactor: Bool, by method: String? = nil, _ occasion: Occasion, in db: Database
    ) throws -> (id: UUID, isRestricted: Bool, expiresAt: Instant) {
        let isRestricted = policy.restricts(user, hasSecondFactor: hasSecondFactor, at: occasion.now)
        let id = UUIDv7.make(at: occasion.now)
        let signedIn = occasion.signedIn(user, session: id)
        try makeRoom(for: user.id, signedIn, in: db)
        let expiresAt = occasion.now.advanced(bySeconds: limits.absoluteSeconds)
        let now = occasion.now.milliseconds
        try db.execute(
            sql: """
                INSERT INTO session (id, user_id, created_ms, last_seen_ms, expires_ms, address, user_agent,
                    is_restricted)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, user.id, now, now, expiresAt.milliseconds,
                occasion.actor.address.map { String($0.prefix(100)) }, occasion.userAgent,
                isRestricted,
            ])
        let restricted = isRestricted ? [FieldChange("restricted", before: nil, after: "second_factor_due")] : []
        try signedIn.record(
            EventType.sessionStarted, .session(id),
            changes: [FieldChange("user", before: nil, after: user.id.text)] + restricted
                + (method.map { [FieldChange("method", before: nil, after: $0)] } ?? []), in: db)
        return (id, isRestricted, expiresAt)
    }

    static func stands(_ session: UUID, of user: UUID, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM session WHERE id = ? AND user_id = ? AND ended_ms IS NULL)",
            arguments: [session, user]) ?? false
    }

    static func isRestricted(_ session: UUID, in db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT is_restricted FROM session WHERE id = ?", arguments: [session]) ?? false
    }

    func end(_ session: UUID, of user: UUID, _ reason: SessionEnd, _ occasion: Occasion, in db: Database) throws {
        try db.execute(
            sql: "UPDATE session SET ended_ms = ?, end_reason = ? WHERE id = ? AND user_id = ? AND ended_ms IS NULL",
            arguments: [occasion.now.milliseconds, reason.rawValue, session, user])
        guard db.changesCount == 1 else { return }
        try changes.append(session: session, at: occasion.now, in: db)
        let fields = [
            FieldChange("user", before: user.text, after: nil),
            FieldChange("reason", before: nil, after: reason.rawValue),
        ]
        try occasion.record(EventType.sessionRevoked, .session(session), changes: fields, in: db)
    }

    /// - Parameter kept: a session that goes on.
    func endAll(
        of user: UUID, but kept: UUID? = nil, _ reason: SessionEnd, _ occasion: Occasion, in db: Database
    ) throws {
        let sessions = try UUID.fetchAll(
            db, sql: "SELECT id FROM session WHERE user_id = ? AND ended_ms IS NULL AND id IS NOT ?",
            arguments: [user, kept])
        for session in sessions { try end(session, of: user, reason, occasion, in: db) }
    }
}
