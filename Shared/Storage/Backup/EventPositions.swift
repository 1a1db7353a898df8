import GRDB

/// How far a database stands in the streams of events: what it has written, and what it has read of others.
package struct EventPositions: Codable, Sendable, Hashable {
    /// The newest event of the outbox; 0 where there is none.
    package var outboxNewest: Int64 = 0
    /// How far the events of each source were taken in.
    package var inboxCursors: [String: Int64] = [:]

    init(_ db: Database) throws {
        outboxNewest = try Outbox.newest(in: db)
        guard try db.tableExists("inbox") else { return }
        for row in try Row.fetchAll(db, sql: "SELECT source, seq FROM inbox") { inboxCursors[row[0]] = row[1] }
    }

    package init(outboxNewest: Int64 = 0, inboxCursors: [String: Int64] = [:]) {
        self.outboxNewest = outboxNewest
        self.inboxCursors = inboxCursors
    }

    /// The sources of which it has read more than they hold. Restored together, they would hand out the same numbers for
    /// new events, which would be taken for known.
    package func sourcesBehind(_ newest: [String: Int64]) -> [String] {
        inboxCursors.filter { $0.value > newest[$0.key] ?? $0.value }.keys.sorted()
    }
}
