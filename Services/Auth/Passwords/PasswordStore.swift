import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// How the hash of a user's password changes in auth.sqlite. Hashing takes long, so what was compared with before may
/// have been replaced since: each password has a salt of its own, which tells.
struct PasswordStore: Sendable {
    let store: Store
    let sessions: SessionStore

    /// The user's other sessions end with the old password, and a reset that waits is no longer good. False when the
    /// password is no longer the one that was compared with.
    /// - Throws: `unauthenticated` when the session in which it is done has ended.
    func change(
        _ account: Account, to hash: PasswordHash, in session: UUID, _ occasion: Occasion
    ) async throws -> Bool {
        let user = account.user
        return try await store.write { [sessions] db in
            guard try SessionStore.stands(session, of: user.id, in: db) else { throw RPCFault.unauthenticated }
            guard let old = account.passwordHash, try Self.stands(old, of: user.id, in: db) else { return false }
            try Self.set(hash, of: user.id, in: db)
            try ResetStore.withdraw(of: user.id, in: db)
            try sessions.endAll(of: user.id, but: session, .passwordChanged, occasion, in: db)
            try occasion.record(EventType.passwordChanged, user.eventSubject, version: user.version, in: db)
            return true
        }
    }

    /// Somebody in the user's session did not know the password.
    func recordRefusal(of user: User, _ occasion: Occasion) async throws {
        try await store.write { db in
            try occasion.record(
                EventType.passwordRefused, user.eventSubject,
                changes: [FieldChange("reason", before: nil, after: "bad_password")], in: db)
        }
    }

    /// The same password, hashed at a higher cost. Nothing happens when the hash has been replaced in the meantime.
    func renew(_ account: Account, _ hash: PasswordHash, at now: Instant) async throws {
        try await store.write { db in
            try db.execute(
                sql: "UPDATE user SET password_hash = ? WHERE id = ? AND password_hash = ?",
                arguments: [hash.phc, account.user.id, account.passwordHash?.phc])
            guard db.changesCount == 1 else { return }
            try Occasion.own(at: now).record(
                EventType.passwordRehashed, account.user.eventSubject, version: account.user.version, in: db)
        }
    }
}

extension PasswordStore {
    /// Whether it is still the user's password, though its hash may have been renewed.
    static func stands(_ hash: PasswordHash, of user: UUID, in db: Database) throws -> Bool {
        let phc = try String.fetchOne(db, sql: "SELECT password_hash FROM user WHERE id = ?", arguments: [user])
        return phc.flatMap(PasswordHash.init(phc:))?.salt == hash.salt
    }

    static func set(_ hash: PasswordHash, of user: UUID, in db: Database) throws {
        try db.execute(sql: "UPDATE user SET password_hash = ? WHERE id = ?", arguments: [hash.phc, user])
    }
}
