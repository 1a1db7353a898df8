package import Foundation
package import GRDB

/// For readers inside the service, who decide in one transaction what of the outbox concerns them.
extension Outbox {
    /// What an entry is about, without its payload.
    package struct Header: Sendable, Hashable {
        package let sequence: Int64
        package let eventID: UUID
        package let topic: String
        package let aggregate: String
        package let type: String
        package let aggregateVersion: Int64
        /// Unix time.
        package let occurredMilliseconds: Int64
    }

    /// Headers after a sequence number, oldest first. `limit` is cut to 1 ... 500.
    package static func headers(after sequence: Int64, limit: Int, in db: Database) throws -> [Header] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT seq, event_id, topic, aggregate, type, aggregate_version, occurred_ms FROM outbox
                WHERE seq > ? ORDER BY seq LIMIT ?
                """)
        let rows = try Row.fetchAll(statement, arguments: [sequence, min(max(limit, 1), pageEntriesMax)])
        return rows.map { row in
            Header(
                sequence: row[0], eventID: row[1], topic: row[2], aggregate: row[3], type: row[4],
                aggregateVersion: row[5], occurredMilliseconds: row[6])
        }
    }

    /// The sequence numbers of the oldest entry and of the newest; 1 and 0 while the outbox is empty.
    package static func span(in db: Database) throws -> (oldest: Int64, newest: Int64) {
        // Two questions: SQLite goes to an end of the table for one min or max, but through all of it for both at once.
        let statement = try db.cachedStatement(
            sql: "SELECT (SELECT min(seq) FROM outbox), (SELECT max(seq) FROM outbox)")
        guard let row = try Row.fetchOne(statement), let oldest: Int64 = row[0], let newest: Int64 = row[1] else {
            return (1, 0)
        }
        return (oldest, newest)
    }
}
