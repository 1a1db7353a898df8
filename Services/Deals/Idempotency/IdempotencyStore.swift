import Contracts
import Foundation
import GRDB
import RPC
import Storage

extension Store {
    /// A write that has one effect for each `Idempotency-Key`, and without a key is a write like any other. The key stands in
    /// the transaction of the change, with the answer that its second sender gets, too: of two at the same time, one is
    /// second.
    /// - Parameter deal: which deal the answer tells of; that of the path when left out.
    /// - Throws: `idempotency_key_reused` when the key was sent with another request before; `notFound` when the caller
    ///   may not see the deal any more.
    func once<Answer: Codable & Sendable>(
        by caller: Caller, about deal: (@Sendable (Answer) -> UUID)? = nil,
        _ body: @escaping @Sendable (Database) throws -> Answer
    ) async throws -> Answer {
        guard let key = try IdempotencyKey(caller.context) else { return try await write(body) }
        return try await write { db in
            if let known = try IdempotencyRows.answer(to: key, by: caller, in: db) {
                return try JSONDecoder().decode(Answer.self, from: known)
            }
            let answer = try body(db)
            let id =
                try deal?(answer)
                ?? DealRows.seen(DealReference(caller.context), by: caller, may: .read, in: db).deal.id
            try IdempotencyRows.keep(key, StrictJSON.encode(answer), about: id, by: caller, in: db)
            return answer
        }
    }
}

/// The table `idempotency_key`: what was answered to whom, for a day.
enum IdempotencyRows {
    /// Keys older than this are forgotten; a client that retries does so within minutes.
    static let hours: Int64 = 24
    /// How many old keys a new one takes along: more than one, so that they become fewer, and few, so that nobody waits.
    static let forgottenMax = 16

    /// What was answered to the key before; nil when it is new. Whether the caller may still read that is asked anew.
    static func answer(to key: IdempotencyKey, by caller: Caller, in db: Database) throws -> Data? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT request_hash, deal_id, answer FROM idempotency_key
                WHERE user_id = ? AND key = ? AND created_ms > ?
                """)
        let row = try Row.fetchOne(statement, arguments: [caller.id, key.text, oldest(caller.now)])
        guard let row else { return nil }
        let digest: Data = row[0]
        guard digest == key.requestDigest else {
            throw RPCFault(
                .failedPrecondition, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
        }
        _ = try DealRows.seen(.id(row[1]), by: caller, may: .read, in: db)
        return row[2]
    }

    static func keep(
        _ key: IdempotencyKey, _ answer: Data, about deal: UUID, by caller: Caller, in db: Database
    ) throws {
        try forgetOld(caller.now, in: db)
        // Replaces an old one of the same name.
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO idempotency_key (user_id, key, request_hash, deal_id, answer, created_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [caller.id, key.text, key.requestDigest, deal, answer, caller.now.milliseconds])
    }

    static func forgetOld(_ now: Instant, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM idempotency_key WHERE rowid IN (
                    SELECT rowid FROM idempotency_key WHERE created_ms <= ? ORDER BY created_ms LIMIT \(forgottenMax))
                """
        ).execute(arguments: [oldest(now)])
    }

    private static func oldest(_ now: Instant) -> Int64 { now.advanced(bySeconds: -hours * 3600).milliseconds }
}
