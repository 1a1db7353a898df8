import Contracts
import Foundation
import GRDB
import Storage

/// The authenticator apps of users in auth.sqlite, their secrets sealed. All of it inside a transaction of the caller.
struct TOTPStore: Sendable {
    /// An app that is being set up must give a code within this time.
    static let pendingSeconds: Int64 = 900
    /// Wrong codes that end the setting up.
    static let wrongCodesMax = 10

    let box: SecretBox

    /// An app whose codes count.
    struct Active: Sendable {
        let totp: TOTP
        let enabledAt: Instant
        let lastStep: Int64
    }

    /// Replaces one that is being set up already.
    func begin(_ totp: TOTP, of user: UUID, at now: Instant, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO totp_factor (user_id, state, secret, created_ms) VALUES (?, 'pending', ?, ?)",
            arguments: [user, try box.seal(totp.secret, in: .totp, of: user.text), now.milliseconds])
    }

    /// The one that is being set up and has still time.
    func pending(of user: UUID, at now: Instant, in db: Database) throws -> TOTP? {
        let sealed = try Data.fetchOne(
            db, sql: "SELECT secret FROM totp_factor WHERE user_id = ? AND state = 'pending' AND created_ms > ?",
            arguments: [user, now.milliseconds - 1000 * Self.pendingSeconds])
        return try sealed.map { try open($0, of: user) }
    }

    /// One too many ends the setting up.
    func countWrongCode(of user: UUID, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM totp_factor WHERE user_id = ? AND state = 'pending' AND wrong_codes >= ?",
            arguments: [user, Self.wrongCodesMax - 1])
        try db.execute(
            sql: "UPDATE totp_factor SET wrong_codes = wrong_codes + 1 WHERE user_id = ? AND state = 'pending'",
            arguments: [user])
    }

    /// Makes the one that is being set up the one that counts. True when there was another.
    func activate(of user: UUID, usedStep step: Int64, at now: Instant, in db: Database) throws -> Bool {
        try db.execute(sql: "DELETE FROM totp_factor WHERE user_id = ? AND state = 'active'", arguments: [user])
        let isReplaced = db.changesCount > 0
        try db.execute(
            sql: """
                UPDATE totp_factor SET state = 'active', enabled_ms = ?, last_step = ?
                WHERE user_id = ? AND state = 'pending'
                """, arguments: [now.milliseconds, step, user])
        return isReplaced
    }

    func active(of user: UUID, in db: Database) throws -> Active? {
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM totp_factor WHERE user_id = ? AND state = 'active'", arguments: [user])
        guard let row else { return nil }
        return Active(
            totp: try open(row["secret"], of: user), enabledAt: Instant(milliseconds: row["enabled_ms"]),
            lastStep: row["last_step"])
    }

    static func enabledAt(of user: UUID, in db: Database) throws -> Instant? {
        try Int64.fetchOne(
            db, sql: "SELECT enabled_ms FROM totp_factor WHERE user_id = ? AND state = 'active'", arguments: [user]
        ).map(Instant.init(milliseconds:))
    }

    /// Codes up to this step are good for nothing any more.
    static func use(_ step: Int64, of user: UUID, in db: Database) throws {
        try db.execute(
            sql: "UPDATE totp_factor SET last_step = ? WHERE user_id = ? AND state = 'active'", arguments: [step, user])
    }

    /// One that is being set up, too. False when none counted.
    static func remove(of user: UUID, in db: Database) throws -> Bool {
        let isThere = try enabledAt(of: user, in: db) != nil
        try db.execute(sql: "DELETE FROM totp_factor WHERE user_id = ?", arguments: [user])
        return isThere
    }

    private func open(_ sealed: Data, of user: UUID) throws -> TOTP {
        TOTP(secret: try box.open(sealed, in: .totp, of: user.text))
    }
}
