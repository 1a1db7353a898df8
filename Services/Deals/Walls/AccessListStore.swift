import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Who could see a deal at one instant, and breaking the glass of one that is closed.
struct AccessListStore: Sendable {
    let store: Store

    /// For so long a broken glass lets in.
    static let glassSeconds: Int64 = 3600

    /// - Returns: while the deal was deleted, those alone whose access would let them restore it if their role does.
    func list(_ reference: DealReference, at instant: Instant, by caller: Caller) async throws -> AccessList {
        try await store.read { db in
            let seen = try DealRows.seenOrDeleted(reference, by: caller, in: db)
            try seen.requireOversight(by: caller)
            let deletedAt = try DealDeletions.since(seen.deal, at: instant, in: db)
            var items = try Self.members(of: seen.deal.id, at: instant, in: db)
            if deletedAt == nil {
                items += try TimedAccess.entries(of: seen.deal.id, at: instant, in: db)
            } else {
                items.removeAll { $0.access == .edit }
            }
            return AccessList(
                asOf: instant, openToCompliance: try Self.isOpen(seen.deal.id, at: instant, in: db),
                deletedAt: deletedAt, items: items)
        }
    }

    /// Lets the caller, who is compliance, read for an hour what is closed to him.
    func breakGlass(
        _ reference: DealReference, reason: String, name: String, by caller: Caller
    ) async throws -> AccessEntry {
        try await store.once(by: caller) { db in
            let met = try DealRows.met(reference, by: caller, in: db)
            guard met.access == .none else {
                throw RPCFault(.failedPrecondition, "break_glass_not_needed", "You can see this deal.")
            }
            let guests = try TimedAccess.guests(of: met.deal.id, at: caller.now, in: db)
            guard guests.count < 2 * TimedAccess.openMax else {
                throw RPCFault(.failedPrecondition, "too_many_guests", "Too many people are let into this deal.")
            }
            let until = caller.now.advanced(bySeconds: Self.glassSeconds)
            let entry = AccessEntry(
                userId: caller.id, name: name, basis: .breakGlass, access: .read, role: nil, reason: reason,
                addedBy: caller.id, approvedBy: nil, from: caller.now, to: until)
            try TimedAccess.append(
                entry, id: UUIDv7.make(at: caller.now), to: met.deal.id, until: until, in: db)
            let changes = [
                FieldChange("reason", before: nil, after: reason), FieldChange("until", before: nil, after: until.text),
            ]
            try Event.record(EventType.dealBreakGlass, about: met.deal, by: caller, changes: changes, in: db)
            return entry
        }
    }

    private static func members(of deal: UUID, at instant: Instant, in db: Database) throws -> [AccessEntry] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT user_id, name, access, role, reason, added_by, added_ms, removed_ms FROM team_member
                WHERE deal_id = ? AND added_ms <= ? AND (removed_ms IS NULL OR removed_ms > ?)
                ORDER BY added_ms, rowid
                """)
        return try Row.fetchAll(statement, arguments: [deal, instant.milliseconds, instant.milliseconds]).map { row in
            let removed: Int64? = row[7]
            return AccessEntry(
                userId: row[0], name: row[1], basis: .team, access: try row.choice(2), role: try row.choice(3),
                reason: row[4], addedBy: row[5], approvedBy: nil, from: Instant(milliseconds: row[6]),
                to: removed.map(Instant.init(milliseconds:)))
        }
    }

    private static func isOpen(_ deal: UUID, at instant: Instant, in db: Database) throws -> Bool? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT coalesce((
                    SELECT c.confidentiality FROM confidentiality_change c
                    WHERE c.deal_id = d.id AND c.since_ms <= ?2 ORDER BY c.since_ms DESC, c.seq DESC LIMIT 1
                ), CASE WHEN NOT EXISTS (SELECT 1 FROM confidentiality_change c WHERE c.deal_id = d.id)
                    THEN d.confidentiality END)
                FROM deal d WHERE d.id = ?1 AND d.created_ms <= ?2
                """)
        let row = try Row.fetchOne(statement, arguments: [deal, instant.milliseconds])
        let then: Confidentiality? = try row?.optionalChoice(0)
        return then.map { $0 != .secret }
    }
}
