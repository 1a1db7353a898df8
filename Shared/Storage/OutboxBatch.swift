package import Foundation
import GRDB

/// What comes next is deleted: a consumer was away for longer than events are kept, or its file is an old copy.
package struct EventsGone: Error, Hashable, CustomStringConvertible {
    package let after: Int64
    /// The oldest that there is.
    package let first: Int64

    package var description: String {
        "Events \(after + 1) to \(first - 1) are deleted; the first that there is is \(first)."
    }
}

/// For subscribers, who take one topic or all of them, and go on where they stand.
extension Outbox {
    package struct Delivery: Sendable, Hashable {
        package let sequence: Int64
        package let aggregate: String
        package let payload: Data
    }

    package struct Batch: Sendable {
        package var deliveries: [Delivery] = []
        /// All up to here is in the batch or of another topic.
        package var through: Int64
        package var newest: Int64
    }

    /// Looks at the `limit` (cut to 1 ... 500) entries after a sequence number, fewer when they would pass 2 MiB. Throws
    /// `EventsGone`.
    /// - Parameter reading: makes of a payload as it is kept what is handed out, and counted.
    package func batch(
        after sequence: Int64, limit: Int, topic: String?, reading: @Sendable (Data) -> Data = { $0 }
    ) async throws -> Batch {
        try await gate.pass {
            try await pool.read { db in
                try Self.checkFloor(sequence, in: db)
                return try Self.batch(after: sequence, limit: limit, topic: topic, reading, in: db)
            }
        }
    }

    /// The number before the oldest entry: where somebody begins who wants all there is.
    package func beginning() async throws -> Int64 {
        try await gate.pass { try await pool.read { db in try Self.floor(in: db) - 1 } }
    }

    /// How much older than its commit the time of an entry may be: it is taken when the call begins, which lasts for half a
    /// minute at most, and the number at the commit. The rest is for a clock that is set back meanwhile.
    package static let timeBeforeCommitMax = Duration.seconds(600)

    /// The number before the lowest of a time or later; the newest there is when all are older.
    ///
    /// Times and numbers cross: the entry with the earliest such time was committed within `timeBeforeCommitMax` after that
    /// time. A lower number was committed no later than that entry, so its own time is no later than that, either: of all
    /// that may be in question only this much is looked at, however long ago the time is.
    package func position(before milliseconds: Int64) async throws -> Int64 {
        let window = Self.timeBeforeCommitMax.components.seconds * 1000
        return try await gate.pass {
            try await pool.read { db in
                let earliest = try Int64.fetchOne(
                    db, sql: "SELECT min(occurred_ms) FROM outbox WHERE occurred_ms >= ?", arguments: [milliseconds])
                guard let earliest else { return try Self.newest(in: db) }
                let lowest = try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT min(seq) FROM outbox INDEXED BY outbox_by_time WHERE occurred_ms BETWEEN ?1 AND ?1 + ?2
                        """,
                    arguments: [earliest, window])
                return try lowest.map { $0 - 1 } ?? Self.newest(in: db)
            }
        }
    }

    static func floor(in db: Database) throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT seq FROM outbox_floor")) ?? 1
    }

    static func checkFloor(_ sequence: Int64, in db: Database) throws {
        let first = try floor(in: db)
        if sequence < first - 1 { throw EventsGone(after: sequence, first: first) }
    }

    private static func batch(
        after sequence: Int64, limit: Int, topic: String?, _ reading: (Data) -> Data, in db: Database
    ) throws -> Batch {
        let statement = try db.cachedStatement(
            sql: """
                SELECT seq, aggregate, CASE WHEN ?1 IS NULL OR topic = ?1 THEN payload END FROM outbox
                WHERE seq > ?2 ORDER BY seq LIMIT ?3
                """)
        let rows = try Row.fetchCursor(statement, arguments: [topic, sequence, min(max(limit, 1), pageEntriesMax)])
        var batch = Batch(through: sequence, newest: try newest(in: db))
        var bytes = 0
        while let row = try rows.next() {
            let payload = (row[2] as Data?).map(reading)
            bytes += payload?.count ?? 0
            guard batch.deliveries.isEmpty || bytes <= pageBytesMax else { break }
            batch.through = row[0]
            if let payload {
                batch.deliveries.append(Delivery(sequence: batch.through, aggregate: row[1], payload: payload))
            }
        }
        return batch
    }
}
