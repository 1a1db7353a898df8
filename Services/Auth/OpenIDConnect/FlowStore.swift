import Contracts
import Foundation
import GRDB
import Storage

/// Sign-ins under way in auth.sqlite. Each ends at most once.
struct FlowStore: Sendable {
    /// One more removes the oldest. Who floods the table removes his own first: a person is back within seconds.
    static let flowsMax = 10_000

    let store: Store

    func open(_ flow: OpenIDFlow, returnTo: ReturnPath, at now: Instant) async throws {
        try await store.write { db in
            try db.execute(
                sql: """
                    DELETE FROM openid_flow WHERE hash IN (
                        SELECT hash FROM openid_flow ORDER BY expires_ms DESC LIMIT -1 OFFSET ?)
                    """, arguments: [Self.flowsMax - 1])
            try db.execute(
                sql: "INSERT INTO openid_flow (hash, return_to, created_ms, expires_ms) VALUES (?, ?, ?, ?)",
                arguments: [
                    flow.hash, returnTo.text, now.milliseconds,
                    now.advanced(bySeconds: OpenIDFlow.lifetimeSeconds).milliseconds,
                ])
        }
    }

    /// Where its browser wants to go; nil when there is no such flow, or it is too old. It is gone afterwards.
    func take(_ flow: OpenIDFlow, at now: Instant) async throws -> ReturnPath? {
        try await store.write { db in
            let row = try Row.fetchOne(
                db, sql: "DELETE FROM openid_flow WHERE hash = ? RETURNING return_to, expires_ms",
                arguments: [flow.hash])
            guard let row, row["expires_ms"] as Int64 > now.milliseconds else { return nil }
            return ReturnPath(stored: row["return_to"])
        }
    }
}
