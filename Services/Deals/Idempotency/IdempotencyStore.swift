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
        try await once(by: caller, part: 0, again: { answer, _ in answer }, body) { answer, db in
            if let deal { return deal(answer) }
            return try DealRows.seen(DealReference(caller.context), by: caller, may: .read, in: db).deal.id
        }
    }

    /// As `once`, for an answer that is of no single deal.
    /// - Parameters:
    ///   - part: which of the call's transactions it is; the parts of one key are kept together.
    ///   - again: what of the answer its second sender gets, who may not see by then what he saw.
    /// - Throws: `idempotency_key_reused`.
    func onceOfNoDeal<Answer: Codable & Sendable>(
        by caller: Caller, part: Int = 0,
        again: @escaping @Sendable (Answer, Database) throws -> Answer = { answer, _ in answer },
        _ body: @escaping @Sendable (Database) throws -> Answer
    ) async throws -> Answer {
        try await once(by: caller, part: part, again: again, body) { _, _ in nil }
    }

    /// What a part of an earlier call with the caller's key did; nil without a key, and when nothing is remembered.
    /// - Throws: `idempotency_key_reused`.
    func remembered<Answer: Codable & Sendable>(
        _ type: Answer.Type, of caller: Caller, part: Int = 0,
        again: @escaping @Sendable (Answer, Database) throws -> Answer = { answer, _ in answer }
    ) async throws -> Answer? {
        guard let key = try IdempotencyKey(caller.context) else { return nil }
        return try await read { db in
            guard let known = try IdempotencyRows.answer(to: key, part: part, by: caller, in: db) else { return nil }
            return try again(JSONDecoder().decode(Answer.self, from: known), db)
        }
    }

    private func once<Answer: Codable & Sendable>(
        by caller: Caller, part: Int, again: @escaping @Sendable (Answer, Database) throws -> Answer,
        _ body: @escaping @Sendable (Database) throws -> Answer,
        about subject: @escaping @Sendable (Answer, Database) throws -> UUID?
    ) async throws -> Answer {
        guard let key = try IdempotencyKey(caller.context) else { return try await write(body) }
        return try await write { db in
            if let known = try IdempotencyRows.answer(to: key, part: part, by: caller, in: db) {
                return try again(JSONDecoder().decode(Answer.self, from: known), db)
            }
            let answer = try body(db)
            try IdempotencyRows.keep(
                key, part: part, StrictJSON.encode(answer), about: subject(answer, db), by: caller, in: db)
            return answer
        }
    }
}

/// The table `idempotency_key`: what was answered to whom, for a day.
enum IdempotencyRows {
    /// Keys older than this are forgotten; a client that retries does so within minutes.
    static let hours: Int64 = 24
    /// Of one answer, as JSON.
    static let answerBytesMax = 1 << 20
    /// How many old keys a new one takes along: more than one, so that they become fewer, and few, so that nobody waits.
    static let forgottenMax = 16

    /// What was answered to the key before; nil when it is new. Whether the caller may still read that is asked anew.
    static func answer(to key: IdempotencyKey, part: Int = 0, by caller: Caller, in db: Database) throws -> Data? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT request_hash, deal_id, answer FROM idempotency_key
                WHERE user_id = ? AND key = ? AND part = ? AND created_ms > ?
                """)
        let row = try Row.fetchOne(statement, arguments: [caller.id, key.text, part, oldest(caller.now)])
        guard let row else { return nil }
        let digest: Data = row[0]
        guard digest == key.requestDigest else {
            throw RPCFault(
                .failedPrecondition, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
        }
        if let deal: UUID = row[1] { _ = try DealRows.seen(.id(deal), by: caller, may: .read, in: db) }
        return row[2]
    }

    /// - Parameter deal: nil for an answer of none, which whoever may make the call may read.
    static func keep(
        _ key: IdempotencyKey, part: Int = 0, _ answer: Data, about deal: UUID?, by caller: Caller, in db: Database
    ) throws {
        try forgetOld(caller.now, in: db)
        // An old one of the same name goes, and with its beginning all that followed.
        try db.cachedStatement(sql: "DELETE FROM idempotency_key WHERE user_id = ? AND key = ? AND part >= ?")
            .execute(arguments: [caller.id, key.text, part])
        try db.cachedStatement(
            sql: """
                INSERT INTO idempotency_key (user_id, key, part, request_hash, deal_id, answer, created_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            caller.id, key.text, part, key.requestDigest, deal, answer, caller.now.milliseconds,
        ])
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
