package import Foundation
import GRDB

/// The events of a service, written in the transaction of the change they tell of, read by consumers at their own pace.
///
/// There is one writer, so sequence numbers are handed out in the order of commits: a consumer that has read up to n
/// never finds a smaller number later. Rows are never changed, and deleted only from the oldest on, below a floor that no
/// group of consumers still needs (`prune`); triggers see to both. The newest row always stays.
package struct Outbox: Sendable {
    /// Both keep a page below the largest frame of the RPC (4 MiB) with room for its wrapping.
    package static let pageEntriesMax = 500
    package static let pageBytesMax = 2 * 1024 * 1024
    /// Larger payloads are refused by the table.
    package static let payloadBytesMax = 256 * 1024
    package static let waitMax = Duration.seconds(30)

    package struct Entry: Sendable, Hashable {
        package var sequence: Int64
        /// The event as its producer keeps it.
        package var payload: Data
    }

    let gate: Gate
    let pool: DatabasePool
    let signal: OutboxSignal
    let commits: GroupCommit

    /// Entries after a sequence number, oldest first, and the newest number there is.
    ///
    /// `limit` is cut to 1 ... 500; fewer come when the page would pass 2 MiB. When there is nothing yet, waits for the
    /// next commit, at most `wait` (cut to 30 s), and then answers with no entries. Throws `StorageError.busy` when too
    /// many wait already, `.closed` when the store closes meanwhile, CancellationError when the caller is cancelled, and
    /// `EventsGone` when what comes next is deleted; 0 stands for the oldest there is.
    package func page(
        after sequence: Int64, limit: Int, wait: Duration
    ) async throws -> (entries: [Entry], newest: Int64) {
        if wait > .zero { try await self.wait(after: sequence, atMost: wait) }
        return try await gate.pass {
            try await pool.read { db in
                if sequence > 0 { try Self.checkFloor(sequence, in: db) }
                let limit = min(max(limit, 1), Self.pageEntriesMax)
                return (try Self.entries(after: sequence, limit: limit, in: db), try Self.newest(in: db))
            }
        }
    }

    /// Returns when there is something after `sequence`, when the time (cut to 30 s) is over, or at once when the store
    /// closes. Throws as `page` does.
    package func wait(after sequence: Int64, atMost limit: Duration) async throws {
        try await signal.wait(after: sequence, atMost: min(limit, Self.waitMax))
    }

    /// 0 while the outbox is empty, and where there is none.
    static func newest(in db: Database) throws -> Int64 {
        guard try db.tableExists("outbox") else { return 0 }
        return try Int64.fetchOne(db, sql: "SELECT max(seq) FROM outbox") ?? 0
    }

    private static func entries(after sequence: Int64, limit: Int, in db: Database) throws -> [Entry] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT seq, payload FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?"),
            arguments: [sequence, limit])
        var entries: [Entry] = []
        var bytes = 0
        while let row = try rows.next() {
            let entry = Entry(sequence: row[0], payload: row[1])
            bytes += entry.payload.count
            guard entries.isEmpty || bytes <= pageBytesMax else { break }
            entries.append(entry)
        }
        return entries
    }
}
