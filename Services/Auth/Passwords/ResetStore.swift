import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Resets of passwords in auth.sqlite, by the SHA-256 of their tokens.
struct ResetStore: Sendable {
    static let lifetimeSeconds: Int64 = 3600

    let store: Store
    let sessions: SessionStore
    let tokens: PersonalTokenStore

    /// Makes this token good for the user, and every earlier one worthless. Nil when there is no such user.
    /// - Returns: until when.
    /// - Throws: `ResetRule.Refusal`, and what `StepUpStore.check` throws.
    func offer(
        _ token: OpaqueSecret, for user: UUID, by identity: RPCIdentity, _ occasion: Occasion
    ) async throws -> Instant? {
        try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            guard let user = try UserStore.user(user, in: db) else { return nil }
            try ResetRule.check(user, by: identity.subject)
            let expiresAt = occasion.now.advanced(bySeconds: Self.lifetimeSeconds)
            try Self.withdraw(of: user.id, in: db)
            try db.execute(
                sql: """
                    INSERT INTO password_reset (user_id, hash, requested_by, created_ms, expires_ms)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    user.id, token.digest, identity.subject, occasion.now.milliseconds, expiresAt.milliseconds,
                ])
            try occasion.record(
                EventType.passwordResetRequested, user.eventSubject, version: user.version,
                changes: [FieldChange("expiresAt", before: nil, after: expiresAt.text)], in: db)
            return expiresAt
        }
    }

    /// Whose password it resets; nil when it is not good.
    func user(of token: OpaqueSecret, at now: Instant) async throws -> User? {
        try await store.read { try Self.good(token, at: now, in: $0)?.user }
    }

    /// Uses the token up, and ends all that was let in by the old password, and what was given out by it. False when it is
    /// not good.
    func redeem(_ token: OpaqueSecret, _ hash: PasswordHash, _ occasion: Occasion) async throws -> Bool {
        try await store.write { [sessions, tokens] db in
            guard let (user, requester) = try Self.good(token, at: occasion.now, in: db) else { return false }
            try Self.withdraw(of: user.id, in: db)
            try PasswordStore.set(hash, of: user.id, in: db)
            try sessions.endAll(of: user.id, .passwordReset, occasion, in: db)
            let reason = SessionEnd.passwordReset.rawValue
            try tokens.revokeAll(of: user.id, reason, occasion, in: db)
            try InvitationStore.revokeAll(by: user.id, reason, occasion, in: db)
            try Self.withdrawAll(by: user.id, in: db)
            try occasion.record(
                EventType.passwordReset, user.eventSubject, version: user.version,
                changes: [FieldChange("requestedBy", before: nil, after: requester.text)], in: db)
            return true
        }
    }
}

extension ResetStore {
    static func withdraw(of user: UUID, in db: Database) throws {
        try db.execute(sql: "DELETE FROM password_reset WHERE user_id = ?", arguments: [user])
    }

    /// Of an administrator who is none any more, or was not himself.
    static func withdrawAll(by administrator: UUID, in db: Database) throws {
        try db.execute(sql: "DELETE FROM password_reset WHERE requested_by = ?", arguments: [administrator])
    }

    private static func good(
        _ token: OpaqueSecret, at now: Instant, in db: Database
    ) throws -> (user: User, requester: UUID)? {
        let row = try Row.fetchOne(
            db, sql: "SELECT user_id, requested_by FROM password_reset WHERE hash = ? AND expires_ms > ?",
            arguments: [token.digest, now.milliseconds])
        guard let row, let user = try UserStore.user(row["user_id"], in: db), user.status == .active else { return nil }
        return (user, row["requested_by"])
    }
}
