import Contracts
import Foundation
import GRDB

/// Recovery codes in auth.sqlite, by their SHA-256. All of it inside a transaction of the caller.
enum RecoveryCodeStore {
    /// A new set; all that were there are good for nothing any more.
    static func renew(of user: UUID, at now: Instant, in db: Database) throws -> [RecoveryCode] {
        try removeAll(of: user, in: db)
        let codes = (0..<RecoveryCode.setSize).map { _ in RecoveryCode() }
        for code in codes {
            try db.execute(
                sql: "INSERT INTO recovery_code (hash, user_id, created_ms) VALUES (?, ?, ?)",
                arguments: [code.hash, user, now.milliseconds])
        }
        return codes
    }

    /// False when the user has no such code any more.
    static func use(_ code: RecoveryCode, of user: UUID, in db: Database) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM recovery_code WHERE hash = ? AND user_id = ?", arguments: [code.hash, user])
        return db.changesCount == 1
    }

    static func count(of user: UUID, in db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM recovery_code WHERE user_id = ?", arguments: [user]) ?? 0
    }

    static func removeAll(of user: UUID, in db: Database) throws {
        try db.execute(sql: "DELETE FROM recovery_code WHERE user_id = ?", arguments: [user])
    }
}
