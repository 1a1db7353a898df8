import GRDB

/// How long events are kept.
package struct OutboxRetention: Sendable, Hashable {
    package var keepMilliseconds: Int64
    /// A group that was silent for so long no longer holds anything back.
    package var groupSilenceMilliseconds: Int64
    /// Nothing is deleted before these are known, so that no consumer loses what it had no occasion to ask for.
    package var expectedGroups: Set<String>

    package init(keepMilliseconds: Int64, groupSilenceMilliseconds: Int64, expectedGroups: Set<String>) {
        self.keepMilliseconds = keepMilliseconds
        self.groupSilenceMilliseconds = groupSilenceMilliseconds
        self.expectedGroups = expectedGroups
    }
}

extension Outbox {
    /// What one transaction deletes: more would hold up writes for too long.
    package static let pruneRowsMax = 500

    package struct Pruning: Sendable, Hashable {
        package var deleted = 0
        /// Groups that from now on no longer hold anything back.
        package var released: [String] = []
        /// There may be more to delete.
        package var isCut: Bool { deleted == Outbox.pruneRowsMax }
    }

    /// One step: deletes the oldest entries, of those that are old enough and acknowledged by every group.
    package func prune(_ retention: OutboxRetention, now milliseconds: Int64) async throws -> Pruning {
        try await gate.pass {
            try await commits.write { db in
                var pruning = Pruning()
                pruning.released = try Self.release(
                    silentSince: milliseconds - retention.groupSilenceMilliseconds, at: milliseconds, in: db)
                let oldEnough = milliseconds - retention.keepMilliseconds
                guard let through = try Self.last(before: oldEnough, for: retention.expectedGroups, in: db) else {
                    return pruning
                }
                try db.execute(sql: "UPDATE outbox_floor SET seq = ?", arguments: [through + 1])
                try db.execute(sql: "DELETE FROM outbox WHERE seq <= ?", arguments: [through])
                pruning.deleted = db.changesCount
                return pruning
            }
        }
    }

    private static func release(
        silentSince limit: Int64, at now: Int64, in db: Database
    ) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                UPDATE event_group SET released_ms = ? WHERE released_ms IS NULL AND updated_ms < ? RETURNING name
                """,
            arguments: [now, limit])
    }

    /// The last sequence number that may go; nil for none. The newest entry stays: the next number follows from it.
    private static func last(before oldEnough: Int64, for expected: Set<String>, in db: Database) throws -> Int64? {
        let known = Set(try String.fetchAll(db, sql: "SELECT name FROM event_group"))
        guard !known.isEmpty, expected.isSubset(of: known) else { return nil }
        let read = try Int64.fetchOne(db, sql: "SELECT min(acked_seq) FROM event_group WHERE released_ms IS NULL")
        let limit = min(read ?? .max, try newest(in: db) - 1)
        let rows = try Row.fetchCursor(
            db, sql: "SELECT seq, occurred_ms FROM outbox WHERE seq <= ? ORDER BY seq LIMIT ?",
            arguments: [limit, pruneRowsMax])
        var last: Int64?
        while let row = try rows.next(), (row[1] as Int64) < oldEnough { last = row[0] }
        return last
    }
}
