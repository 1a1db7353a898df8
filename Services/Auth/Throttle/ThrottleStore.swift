import Contracts
import Foundation
import GRDB
import Storage

/// Failed sign-ins in auth.sqlite, so that a restart forgives nobody.
struct ThrottleStore: Sendable {
    /// Beyond, the oldest are forgotten. Each attempt costs a hash and makes three rows at most, so an attacker needs
    /// hours to push one out.
    static let rowsMax = 200_000
    /// Whoever has not failed for so long begins anew.
    static let keptMilliseconds: Int64 = 86_400_000

    let store: Store
    var rowsMax = Self.rowsMax

    /// Until when this attempt must wait; nil when it need not. Cheap, and counts nothing.
    /// - Parameter user: whose account it is, for the event that tells of a wait once; nil when there is none.
    func wait(of attempt: SignInAttempt, by user: UUID?, _ occasion: Occasion) async throws -> Instant? {
        let wait = try await store.read { try ThrottleWait(attempt, at: occasion.now, in: $0) }
        guard let wait, !wait.isTold else { return wait?.until }
        return try await store.write { db in
            let wait = try ThrottleWait(attempt, at: occasion.now, in: db)
            try wait?.tell(user, occasion, in: db)
            return wait?.until
        }
    }

    /// Counts the attempt as failed, until it is released, and says nil; or says until when it must wait, and counts nothing.
    /// Of attempts at the same time each sees those before it.
    func reserve(_ attempt: SignInAttempt, by user: UUID?, _ occasion: Occasion) async throws -> Instant? {
        try await store.write { db in
            if let wait = try ThrottleWait(attempt, at: occasion.now, in: db) {
                try wait.tell(user, occasion, in: db)
                return wait.until
            }
            for key in attempt.judged { try count(key, at: occasion.now, in: db) }
            return nil
        }
    }

    /// Takes back what `reserve` counted, and the wait that came with it; earlier failures stand.
    func release(_ attempt: SignInAttempt) async throws {
        try await store.write { db in
            for key in attempt.judged {
                try db.execute(
                    sql: "DELETE FROM throttle WHERE key = ? AND failures = 1", arguments: [key.digest])
                try db.execute(
                    sql: "UPDATE throttle SET failures = failures - 1, until_ms = failed_ms WHERE key = ?",
                    arguments: [key.digest])
            }
        }
    }

    /// Forgets the failures before a success. In the transaction that opens the session.
    static func forgive(_ attempt: SignInAttempt, in db: Database) throws {
        for key in attempt.forgiven {
            try db.execute(sql: "DELETE FROM throttle WHERE key = ?", arguments: [key.digest])
        }
    }

    private func count(_ key: ThrottleKey, at now: Instant, in db: Database) throws {
        let known = try Int.fetchOne(
            db, sql: "SELECT failures FROM throttle WHERE key = ? AND failed_ms >= ?",
            arguments: [key.digest, now.milliseconds - Self.keptMilliseconds])
        let failures = (known ?? 0) + 1
        let until = now.advanced(bySeconds: key.kind.rule.waitSeconds(failures: failures))
        try db.execute(
            sql: """
                INSERT INTO throttle (key, kind, failures, failed_ms, until_ms, is_told) VALUES (?, ?, ?, ?, ?, 0)
                ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, failed_ms = excluded.failed_ms,
                    until_ms = excluded.until_ms, is_told = 0
                """,
            arguments: [key.digest, key.kind.rawValue, failures, now.milliseconds, until.milliseconds])
        if known == nil { try Self.trim(to: rowsMax, in: db) }
    }

    private static func trim(to rowsMax: Int, in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM throttle WHERE rowid IN (SELECT rowid FROM throttle ORDER BY failed_ms, rowid
                    LIMIT max(0, (SELECT count(*) FROM throttle) - ?))
                """, arguments: [rowsMax])
    }
}

/// The keys of an attempt that hold it up.
private struct ThrottleWait {
    private let keys: [ThrottleKey]
    /// The longest.
    let until: Instant
    let isTold: Bool

    /// Nil when none does.
    init?(_ attempt: SignInAttempt, at now: Instant, in db: Database) throws {
        var keys: [ThrottleKey] = []
        var end = now.milliseconds
        var isTold = true
        for key in attempt.judged {
            let row = try Row.fetchOne(
                db, sql: "SELECT until_ms, is_told FROM throttle WHERE key = ? AND until_ms > ?",
                arguments: [key.digest, now.milliseconds])
            guard let row else { continue }
            end = max(end, row["until_ms"])
            isTold = isTold && row["is_told"]
            keys.append(key)
        }
        guard !keys.isEmpty else { return nil }
        self.keys = keys
        until = Instant(milliseconds: end)
        self.isTold = isTold
    }

    /// Once for each key and wait: a flood of attempts does not flood the audit log.
    func tell(_ user: UUID?, _ occasion: Occasion, in db: Database) throws {
        guard !isTold else { return }
        for key in keys {
            try db.execute(
                sql: "UPDATE throttle SET is_told = 1 WHERE key = ? AND is_told = 0", arguments: [key.digest])
            guard db.changesCount == 1 else { continue }
            try occasion.record(
                EventType.sessionFailed, .user(user),
                changes: [
                    FieldChange("reason", before: nil, after: "throttled"),
                    FieldChange("throttle", before: nil, after: key.kind.rawValue),
                ], in: db)
        }
    }
}
