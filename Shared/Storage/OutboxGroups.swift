import GRDB

/// The groups of consumers, each known from its first subscription on. How far they are is what they last said, at most a
/// few seconds ago: it decides what may be deleted, never what they get.
extension Outbox {
    package static let groupsMax = 32

    package struct GroupsFull: Error {}

    package struct Group: Sendable, Hashable {
        package let name: String
        package let acknowledged: Int64
        /// Unix time.
        package let heardMilliseconds: Int64
        /// It was silent for so long that events are deleted without it.
        package let isReleased: Bool
        /// Unix time of the oldest event that it has not acknowledged; nil when there is none.
        package let waitingSinceMilliseconds: Int64?
    }

    package struct Groups: Sendable {
        package let groups: [Group]
        /// The oldest entry that there is, and the newest.
        package let first, newest: Int64
    }

    /// Registers the group if it is new, and notes how far it is. It may go back, as after a restored backup.
    /// Throws `GroupsFull` when it would be one too many.
    package func hear(of group: String, at sequence: Int64, now milliseconds: Int64) async throws {
        try await gate.pass {
            try await commits.write { db in
                let others = try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM event_group WHERE name <> ?", arguments: [group])
                guard others ?? 0 < Self.groupsMax else { throw GroupsFull() }
                let acknowledged = max(min(sequence, try Self.newest(in: db)), try Self.floor(in: db) - 1)
                try db.execute(
                    sql: """
                        INSERT INTO event_group (name, acked_seq, updated_ms) VALUES (?, ?, ?)
                        ON CONFLICT (name) DO UPDATE
                        SET acked_seq = excluded.acked_seq, updated_ms = excluded.updated_ms, released_ms = NULL
                        """,
                    arguments: [group, acknowledged, milliseconds])
            }
        }
    }

    package func groups() async throws -> Groups {
        try await gate.pass {
            try await pool.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT name, acked_seq, updated_ms, released_ms, (
                            SELECT occurred_ms FROM outbox WHERE seq > acked_seq ORDER BY seq LIMIT 1)
                        FROM event_group ORDER BY name
                        """)
                let groups = rows.map { row in
                    Group(
                        name: row[0], acknowledged: row[1], heardMilliseconds: row[2],
                        isReleased: (row[3] as Int64?) != nil, waitingSinceMilliseconds: row[4])
                }
                return Groups(groups: groups, first: try Self.floor(in: db), newest: try Self.newest(in: db))
            }
        }
    }
}
