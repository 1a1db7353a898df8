import Contracts
import GRDB
import Storage

/// The probes of the last two days in their file.
struct HistoryStore: Sendable {
    static let windowSeconds: Int64 = 24 * 3600
    static let retentionSeconds: Int64 = 48 * 3600
    /// Deletions come in small transactions, so that no write waits long.
    static let deletedAtOnceMax = 1000

    let store: Store

    func append(_ records: [ProbeRecord]) async throws {
        guard !records.isEmpty else { return }
        try await store.write { db in
            let statement = try db.cachedStatement(
                sql: "INSERT INTO probe (target, at_ms, state, latency_us, error) VALUES (?, ?, ?, ?, ?)")
            for record in records {
                try statement.execute(arguments: [
                    record.target, record.at.milliseconds, record.state.rawValue, record.latencyMicroseconds,
                    record.error,
                ])
            }
        }
    }

    /// Deletes what is older than 48 hours and answers how many rows that were.
    @discardableResult
    func prune(at now: Instant) async throws -> Int {
        let oldest = now.advanced(bySeconds: -Self.retentionSeconds).milliseconds
        var total = 0
        while true {
            let deleted = try await store.write { db in
                try db.execute(
                    sql: "DELETE FROM probe WHERE id IN (SELECT id FROM probe WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
                    arguments: [oldest, Self.deletedAtOnceMax])
                return db.changesCount
            }
            total += deleted
            if deleted < Self.deletedAtOnceMax { return total }
        }
    }

    /// Runs over the probes of a time in their order, on a thread of the database, one row at a time.
    func fold<Result: Sendable>(
        _ initial: Result, from: Instant, to: Instant, _ step: @Sendable (inout Result, ProbeRecord) -> Void
    ) async throws -> Result {
        try await store.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT target, at_ms, state, latency_us, error FROM probe
                    WHERE at_ms BETWEEN ? AND ? ORDER BY at_ms, id
                    """, arguments: [from.milliseconds, to.milliseconds])
            var result = initial
            while let row = try rows.next() {
                guard let state = HealthState(rawValue: row[2]) else { continue }
                step(
                    &result,
                    ProbeRecord(
                        target: row[0], at: Instant(milliseconds: row[1]), state: state, latencyMicroseconds: row[3],
                        error: row[4]))
            }
            return result
        }
    }

    /// True when the file can be read.
    func answers() async throws -> Bool {
        try await store.read { db in try Int.fetchOne(db, sql: "SELECT 1") == 1 }
    }
}
