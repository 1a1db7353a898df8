import Contracts
import Foundation
import GRDB
import Storage

/// The numbered list of what gateways must hear of at once, so that one that was away misses nothing.
struct AccessChangeStore: Sendable {
    /// A gateway that knows nothing is told of so much of the past: longer than any access token lives.
    private static let lookBackMilliseconds: Int64 = 15 * 60_000
    /// About 200 KiB of ids; the rest is told next.
    private static let pageMax = 5000

    let store: Store
    let news: Listeners

    /// An ended session or personal token or, without one, a change of keys. Rings once the transaction is on disk.
    func append(session: UUID?, at now: Instant, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO access_change (session_id, at_ms) VALUES (?, ?)", arguments: [session, now.milliseconds])
        db.afterNextTransaction { [news] _ in news.ring() }
    }

    /// All keys, and the sessions that ended after the cursor. A cursor of 0, or one that is ahead of us because we were
    /// restored from a backup, gets those of the last quarter of an hour.
    /// - Returns: a page of them, and whether it is the last one.
    func state(after cursor: Int64, at now: Instant) async throws -> (AccessState, isAll: Bool) {
        try await store.read { db in
            let newest = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM access_change") ?? 0
            let isStranger = cursor == 0 || cursor > newest
            let rows = try Row.fetchAll(
                db, sql: "SELECT seq, session_id FROM access_change WHERE seq > ? AND at_ms >= ? ORDER BY seq LIMIT ?",
                arguments: [
                    isStranger ? 0 : cursor, isStranger ? now.milliseconds - Self.lookBackMilliseconds : Int64.min,
                    Self.pageMax,
                ])
            let sessions = rows.compactMap { $0["session_id"] as UUID? }
            let last: Int64? = rows.count == Self.pageMax ? rows.last?["seq"] : nil
            let state = AccessState(cursor: last ?? newest, keys: try Self.keys(in: db), revokedSessions: sessions)
            return (state, isAll: last == nil)
        }
    }

    private static func keys(in db: Database) throws -> [JSONWebKey] {
        try Row.fetchAll(db, sql: "SELECT kid, x, y FROM signing_key WHERE state <> 'retired' ORDER BY created_ms, kid")
            .map { JSONWebKey(x: $0["x"], y: $0["y"], kid: $0["kid"]) }
    }
}
