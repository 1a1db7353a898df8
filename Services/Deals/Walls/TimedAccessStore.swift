import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The table `timed_access`, row by row: who was let read a deal that he is not on, and until when. Whether it lets
/// anybody in now is asked of the clock, each time.
enum TimedAccess {
    /// Of one deal at one moment, by each of the two ways in: an insider list is answered whole.
    static let openMax = 200

    static func append(_ entry: AccessEntry, id: UUID, to deal: UUID, until: Instant, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO timed_access (id, deal_id, user_id, name, basis, reason, added_by, approved_by, from_ms,
                    until_ms, closes_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            id, deal, entry.userId, entry.name, entry.basis.rawValue, entry.reason, entry.addedBy, entry.approvedBy,
            entry.from.milliseconds, until.milliseconds, until.milliseconds,
        ])
    }

    /// Ends access with the commit.
    static func end(_ id: UUID, at instant: Instant, by user: UUID, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE timed_access SET closes_ms = ?, ended_by = ? WHERE id = ?")
            .execute(arguments: [instant.milliseconds, user, id])
        guard db.changesCount == 1 else { throw StoredValueFault(column: "closes_ms") }
    }

    /// Those who are let in at an instant.
    static func entries(of deal: UUID, at instant: Instant, in db: Database) throws -> [AccessEntry] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT user_id, name, basis, reason, added_by, approved_by, from_ms, closes_ms FROM timed_access
                WHERE deal_id = ? AND closes_ms > ? AND from_ms <= ? ORDER BY from_ms, id
                """)
        return try Row.fetchAll(statement, arguments: [deal, instant.milliseconds, instant.milliseconds]).map { row in
            AccessEntry(
                userId: row[0], name: row[1], basis: try row.choice(2), access: .read, role: nil, reason: row[3],
                addedBy: row[4], approvedBy: row[5], from: Instant(milliseconds: row[6]),
                to: Instant(milliseconds: row[7]))
        }
    }

    /// When the last way in closes, of each who is let in.
    static func guests(of deal: UUID, at now: Instant, in db: Database) throws -> [UUID: Instant] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT user_id, max(closes_ms) FROM timed_access WHERE deal_id = ? AND closes_ms > ? GROUP BY user_id
                """)
        var guests: [UUID: Instant] = [:]
        for row in try Row.fetchAll(statement, arguments: [deal, now.milliseconds]) {
            guests[row[0]] = Instant(milliseconds: row[1])
        }
        return guests
    }
}
