import Contracts
import Foundation
import GRDB
import Storage

/// The making of the first user in auth.sqlite. It happens at most once, whoever tries at the same time.
struct SetupStore: Sendable {
    /// Of a token, which is good once.
    static let lifetimeSeconds: Int64 = 86_400

    enum Standing: Sendable { case open, done, badToken }

    let store: Store
    let sessions: SessionStore

    func isDone() async throws -> Bool { try await !store.read(UserStore.isEmpty) }

    /// The administrator whom the settings name. False when there is a user already.
    func make(_ administrator: Account, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            guard try UserStore.isEmpty(in: db) else { return false }
            try UserStore.insert(administrator, by: nil, occasion, in: db)
            return true
        }
    }

    /// Makes all earlier tokens worthless and this one good; false when there is a user and no token is wanted.
    func offer(_ token: OpaqueSecret, at now: Instant) async throws -> Bool {
        try await store.write { db in
            try db.execute(sql: "DELETE FROM setup_token WHERE used_ms IS NULL")
            guard try UserStore.isEmpty(in: db) else { return false }
            try db.execute(
                sql: "INSERT INTO setup_token (hash, created_ms, expires_ms) VALUES (?, ?, ?)",
                arguments: [
                    token.digest, now.milliseconds, now.advanced(bySeconds: Self.lifetimeSeconds).milliseconds,
                ])
            return true
        }
    }

    func standing(of token: OpaqueSecret, at now: Instant) async throws -> Standing {
        try await store.read { try Self.standing(of: token, at: now, in: $0) }
    }

    /// The administrator and his first session; nil when the token is no longer good or there is a user.
    func claim(_ token: OpaqueSecret, _ administrator: Account, _ occasion: Occasion) async throws -> SessionGrant? {
        try await store.write { [sessions] db in
            guard try Self.standing(of: token, at: occasion.now, in: db) == .open else { return nil }
            try db.execute(
                sql: "UPDATE setup_token SET used_ms = ? WHERE hash = ?",
                arguments: [occasion.now.milliseconds, token.digest])
            try UserStore.insert(administrator, by: nil, occasion, in: db)
            return try sessions.start(for: administrator.user, hasSecondFactor: false, occasion, in: db)
        }
    }

    private static func standing(of token: OpaqueSecret, at now: Instant, in db: Database) throws -> Standing {
        guard try UserStore.isEmpty(in: db) else { return .done }
        let isGood = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM setup_token WHERE hash = ? AND used_ms IS NULL AND expires_ms > ?)",
            arguments: [token.digest, now.milliseconds])
        return isGood == true ? .open : .badToken
    }
}
