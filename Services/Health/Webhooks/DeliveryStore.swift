import Contracts
import Foundation
import GRDB
import Storage

/// What waits to be delivered, and what came of each attempt.
struct DeliveryStore: Sendable {
    /// Of one delivery; older ones make room.
    static let attemptsKeptMax = 20

    let store: Store
    let box: SecretBox

    /// What is due, the oldest first, at most so many of an endpoint as it has places.
    /// - Parameters:
    ///   - flying: what is under way already.
    ///   - placesMax: of one endpoint.
    func due(at now: Instant, flying: Set<UUID>, placesMax: Int) async throws -> DueDeliveries {
        try await store.read { [box] db in
            var due = DueDeliveries()
            let endpoints = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, url, secret, previous_secret, previous_until_ms, rest_until_ms
                    FROM webhook_endpoint WHERE status = 'enabled'
                    """)
            for row in endpoints {
                let endpoint = try Endpoint(row: row, box: box, at: now)
                let waiting = try Self.waiting(of: endpoint.id, limit: 2 * placesMax, in: db)
                let busy = waiting.count { flying.contains($0.id) }
                var free = max(0, placesMax - busy)
                for delivery in waiting where !flying.contains(delivery.id) {
                    let time = max(delivery.next, endpoint.restUntil)
                    if time <= now, free > 0 {
                        due.jobs.append(try Self.job(delivery, of: endpoint, in: db))
                        free -= 1
                    } else if time > now {
                        due.next = min(due.next ?? time, time)
                        break
                    }
                }
            }
            return due
        }
    }

    /// Writes an attempt down and what follows from it. A delivery that was removed or ended meanwhile stays as it is; of one
    /// that was replayed meanwhile, or whose endpoint has moved, a failure is only counted.
    /// - Parameter stretch: drawn from `RetryRule.jitter`.
    func record(
        _ outcome: AttemptOutcome, of job: DeliveryJob, startedAt: Instant, endedAt: Instant, stretch: Double
    ) async throws -> RetryRule.Verdict {
        let verdict = RetryRule.verdict(outcome, attempt: job.tries + 1, now: endedAt, stretch: stretch)
        let duration = max(0, endedAt.milliseconds - startedAt.milliseconds)
        try await store.write { db in
            guard let standing = try Self.standing(of: job, in: db) else { return }
            try Self.add(
                outcome, to: job, number: standing.attempts + 1, at: startedAt, durationMilliseconds: duration, in: db)
            if verdict == .delivered || standing.isAs(job) {
                try Self.apply(verdict, to: job, standing, at: endedAt, in: db)
            } else {
                try Self.count(job, standing, at: endedAt, in: db)
            }
        }
        return verdict
    }

    /// How many wait for endpoints that are on, and since when the oldest does.
    func depth() async throws -> (count: Int, oldest: Instant?) {
        try await store.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT count(*), min(created_ms) FROM webhook_delivery
                    WHERE state = 'pending'
                        AND endpoint_id IN (SELECT id FROM webhook_endpoint WHERE status = 'enabled')
                    """)
            return (row?[0] ?? 0, (row?[1] as Int64?).map(Instant.init(milliseconds:)))
        }
    }
}

extension DeliveryStore {
    private struct Endpoint {
        let id: UUID
        let url: String
        let secrets: [WebhookSecret]
        let restUntil: Instant

        init(row: Row, box: SecretBox, at now: Instant) throws {
            id = row["id"]
            url = row["url"]
            restUntil = Instant(milliseconds: row["rest_until_ms"])
            var secrets = [try box.open(row["secret"], in: .webhookSecret, of: id.text)]
            let previous: Data? = row["previous_secret"]
            let until: Int64? = row["previous_until_ms"]
            if let previous, let until, until > now.milliseconds {
                secrets.append(try box.open(previous, in: .previousWebhookSecret, of: id.text))
            }
            self.secrets = secrets.map(WebhookSecret.init(bytes:))
        }
    }

    private struct Waiting {
        let id: UUID
        let next: Instant
    }

    private static func waiting(of endpoint: UUID, limit: Int, in db: Database) throws -> [Waiting] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id, next_ms FROM webhook_delivery
                    WHERE endpoint_id = ? AND state = 'pending' ORDER BY next_ms, id LIMIT ?
                    """), arguments: [endpoint, limit]
        ).map { Waiting(id: $0[0], next: Instant(milliseconds: $0[1])) }
    }

    private static func job(_ delivery: Waiting, of endpoint: Endpoint, in db: Database) throws -> DeliveryJob {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT delivery.event_id, delivery.tries, delivery.attempts, message.body
                    FROM webhook_delivery AS delivery
                    JOIN webhook_message AS message ON message.event_id = delivery.event_id
                    WHERE delivery.id = ?
                    """), arguments: [delivery.id])
        guard let row else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "delivery without a message") }
        return DeliveryJob(
            id: delivery.id, endpoint: endpoint.id, event: row[0], url: endpoint.url, body: row[3],
            secrets: endpoint.secrets, tries: row[1], attempts: row[2])
    }

    /// How a delivery and its endpoint stand when an attempt has ended.
    private struct Standing {
        let tries: Int
        let attempts: Int
        let url: String

        /// Whether the delivery still waits for this attempt and the endpoint is still there where it was made.
        func isAs(_ job: DeliveryJob) -> Bool { tries == job.tries && url == job.url }
    }

    /// Nil when the delivery is over or its endpoint removed.
    private static func standing(of job: DeliveryJob, in db: Database) throws -> Standing? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT delivery.tries, delivery.attempts, endpoint.url FROM webhook_delivery AS delivery
                JOIN webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
                WHERE delivery.id = ? AND delivery.state = 'pending' AND endpoint.status <> 'removed'
                """, arguments: [job.id]
        ).map { Standing(tries: $0[0], attempts: $0[1], url: $0[2]) }
    }

    private static func add(
        _ outcome: AttemptOutcome, to job: DeliveryJob, number: Int, at start: Instant, durationMilliseconds: Int64,
        in db: Database
    ) throws {
        var (response, error): (String?, String?)
        switch outcome {
        case .answered(_, _, let text): response = text
        case .unanswered(let words): error = String(words.prefix(200))
        }
        try db.execute(
            sql: """
                INSERT INTO webhook_attempt (delivery_id, number, at_ms, duration_ms, status, response, error)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [job.id, number, start.milliseconds, durationMilliseconds, outcome.status, response, error])
        try db.execute(
            sql: "DELETE FROM webhook_attempt WHERE delivery_id = ? AND number <= ?",
            arguments: [job.id, number - attemptsKeptMax])
    }

    /// A failure that says nothing of where the endpoint is now, or of a replay. What has moved is due at its new place.
    private static func count(_ job: DeliveryJob, _ standing: Standing, at now: Instant, in db: Database) throws {
        let due = standing.url == job.url ? nil : now.milliseconds
        try db.execute(
            sql: "UPDATE webhook_delivery SET attempts = ?, next_ms = coalesce(?, next_ms) WHERE id = ?",
            arguments: [standing.attempts + 1, due, job.id])
    }

    private static func apply(
        _ verdict: RetryRule.Verdict, to job: DeliveryJob, _ standing: Standing, at now: Instant, in db: Database
    ) throws {
        let tries = min(standing.tries + 1, RetryRule.attemptsMax)
        func save(_ state: WebhookDeliveryState, next: Instant?) throws {
            try db.execute(
                sql: """
                    UPDATE webhook_delivery SET state = ?, tries = ?, attempts = ?, next_ms = ?, finished_ms = ?
                    WHERE id = ?
                    """,
                arguments: [
                    state.rawValue, tries, standing.attempts + 1, next?.milliseconds,
                    next == nil ? now.milliseconds : nil, job.id,
                ])
        }
        switch verdict {
        case .delivered:
            try save(.delivered, next: nil)
            // That its old place answers says nothing of the new one.
            guard standing.url == job.url else { return }
            try db.execute(
                sql: "UPDATE webhook_endpoint SET failing_since_ms = NULL, rest_until_ms = 0 WHERE id = ?",
                arguments: [job.endpoint])
        case .retry(let next, let rest):
            try save(.pending, next: next)
            try noteFailure(of: job.endpoint, rest: rest, at: now, in: db)
        case .failed(let rest):
            try save(.failed, next: nil)
            try noteFailure(of: job.endpoint, rest: rest, at: now, in: db)
        case .gone:
            try save(.failed, next: nil)
            try EndpointStore.disable(job.endpoint, .gone, at: now, in: db)
        }
    }

    private static func noteFailure(of endpoint: UUID, rest: Instant?, at now: Instant, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE webhook_endpoint
                SET failing_since_ms = coalesce(failing_since_ms, ?), rest_until_ms = max(rest_until_ms, ?)
                WHERE id = ?
                """, arguments: [now.milliseconds, rest?.milliseconds ?? 0, endpoint])
        let since = try Int64.fetchOne(
            db, sql: "SELECT failing_since_ms FROM webhook_endpoint WHERE id = ?", arguments: [endpoint])
        guard let since, RetryRule.isFailing(since: Instant(milliseconds: since), now: now) else { return }
        try EndpointStore.disable(endpoint, .failing, at: now, in: db)
    }
}
