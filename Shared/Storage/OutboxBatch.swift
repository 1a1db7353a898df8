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

    /// The number before the first entry of a time or later; the newest there is when all are older. Where the clock was
    /// set back, the entry with the earliest such time counts.
    package func position(before milliseconds: Int64) async throws -> Int64 {
        try await gate.pass {
            try await pool.read { db in
                let first = try Int64.fetchOne(
                    db, sql: "SELECT seq FROM outbox WHERE occurred_ms >= ? ORDER BY occurred_ms, seq LIMIT 1",
                    arguments: [milliseconds])
                return try first.map { $0 - 1 } ?? Self.newest(in: db)
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
