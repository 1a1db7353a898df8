import GRDB

/// How long events are kept.
package struct OutboxRetention: Sendable, Hashable {
    package var keepMilliseconds: Int64
    /// A group that was silent for so long no longer holds anything back, unless it is expected.
    package var groupSilenceMilliseconds: Int64
    /// These have to read everything: nothing is deleted before they are known, nor ever before they have read it.
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
        /// Expected groups that were silent for as long, and hold everything back all the same.
        package var overdue: [String] = []
        /// There may be more to delete.
        package var isCut: Bool { deleted == Outbox.pruneRowsMax }
    }

    /// One step: deletes the oldest entries, of those that are old enough and acknowledged by every group.
    package func prune(_ retention: OutboxRetention, now milliseconds: Int64) async throws -> Pruning {
        try await gate.pass {
            try await commits.write { db in
                var pruning = Pruning()
                for group in try Self.silent(since: milliseconds - retention.groupSilenceMilliseconds, in: db) {
                    if retention.expectedGroups.contains(group) {
                        pruning.overdue.append(group)
                    } else if try Self.release(group, at: milliseconds, in: db) {
                        pruning.released.append(group)
                    }
                }
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

    private static func silent(since limit: Int64, in db: Database) throws -> [String] {
        try String.fetchAll(
            db, sql: "SELECT name FROM event_group WHERE updated_ms < ? ORDER BY name", arguments: [limit])
    }

    /// False when it was released before.
    private static func release(_ group: String, at now: Int64, in db: Database) throws -> Bool {
        try db.execute(
            sql: "UPDATE event_group SET released_ms = ? WHERE name = ? AND released_ms IS NULL",
            arguments: [now, group])
        return db.changesCount == 1
    }

    /// The last sequence number that may go; nil for none. The newest entry stays: the next number follows from it.
    private static func last(before oldEnough: Int64, for expected: Set<String>, in db: Database) throws -> Int64? {
        let groups = try Row.fetchAll(db, sql: "SELECT name, acked_seq, released_ms IS NULL FROM event_group")
        guard !groups.isEmpty, expected.isSubset(of: groups.map { $0[0] as String }) else { return nil }
        // An expected group counts also where an earlier build released it.
        let holding = groups.filter { $0[2] as Bool || expected.contains($0[0] as String) }
        let read = holding.map { $0[1] as Int64 }.min()
        let limit = min(read ?? .max, try newest(in: db) - 1)
        let rows = try Row.fetchCursor(
            db, sql: "SELECT seq, occurred_ms FROM outbox WHERE seq <= ? ORDER BY seq LIMIT ?",
            arguments: [limit, pruneRowsMax])
        var last: Int64?
        while let row = try rows.next(), (row[1] as Int64) < oldEnough { last = row[0] }
        return last
    }
}
