import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The legal hold: placed and lifted by officers, each time with a reason and an entry.
struct HoldStore: Sendable {
    let log: LogStore
    /// nil for ever.
    let retentionYears: Int?

    func hold() async throws -> AuditHold {
        try await log.store.read { db in try Self.hold(retentionYears, in: db) }
    }

    /// - Parameter isHeld: what it is to be.
    /// - Throws: `version_required`, `version_mismatch`, `already_held`, `not_held`.
    func set(_ isHeld: Bool, reason: String, _ context: RPCContext, at now: Instant) async throws -> AuditHold {
        try await log.store.write { db in
            let before = try Self.hold(retentionYears, in: db)
            try RPCFault.requireVersion(context.ifMatch, of: before)
            guard before.held != isHeld else {
                throw isHeld
                    ? RPCFault(.failedPrecondition, "already_held", "The log is under a legal hold already.")
                    : RPCFault(.failedPrecondition, "not_held", "The log is under no legal hold.")
            }
            let event = Event.ofLog(
                isHeld ? EventType.auditHoldPlaced : EventType.auditHoldLifted,
                [FieldChange("reason", before: nil, after: reason)], at: now, context)
            _ = try LogStore.record(event, at: now, in: db)
            try db.execute(
                sql: "UPDATE hold SET (is_held, reason, actor_id, at_ms, version) = (?, ?, ?, ?, version + 1)",
                arguments: [isHeld, reason, event.actor.id, now.milliseconds])
            return try Self.hold(retentionYears, in: db)
        }
    }

    private static func hold(_ retentionYears: Int?, in db: Database) throws -> AuditHold {
        let minimum = try LogStore.minimum(in: db)
        let row = try Row.fetchOne(db, sql: "SELECT is_held, reason, actor_id, at_ms, version FROM hold")
        guard let row else { throw RPCFault.internal }
        let at: Int64? = row[3]
        return AuditHold(
            held: row[0], reason: row[1], by: row[2], at: at.map { Instant(milliseconds: $0) }, minimumIndex: minimum,
            retentionYears: retentionYears, version: row[4])
    }
}
