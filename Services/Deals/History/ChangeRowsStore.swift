import Contracts
import Foundation
import GRDB
import RPC

/// The tables `deal_version` and `deal_change`, which are only ever added to.
enum ChangeRows {
    /// Writes down that a deal was created. What it was made of is not written: it follows from what the deal is and what
    /// changed since, see `creation`.
    static func begin(_ deal: Deal, by caller: Caller, in db: Database) throws {
        try appendVersion(of: deal, EventType.dealCreated, by: caller, in: db)
    }

    private static func appendVersion(
        of deal: Deal, _ eventType: String, by caller: Caller, in db: Database
    ) throws {
        try db.cachedStatement(
            sql: "INSERT INTO deal_version (deal_id, version, at_ms, by_user_id, event_type) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [deal.id, deal.version, deal.updatedAt.milliseconds, caller.id, eventType])
    }

    /// Writes down what made a version, in the transaction that made it.
    static func append(
        _ changes: [MemberChange], to deal: Deal, _ eventType: String, by caller: Caller, in db: Database
    ) throws {
        try appendVersion(of: deal, eventType, by: caller, in: db)
        let statement = try db.cachedStatement(
            sql: "INSERT INTO deal_change (deal_id, version, field, before, after) VALUES (?, ?, ?, ?, ?)")
        for change in changes {
            try statement.execute(arguments: [deal.id, deal.version, change.field, change.before, change.after])
        }
    }

    /// Lets a patch of an older version pass unless somebody else has changed, since then, what the patch sets.
    /// - Throws: `version_mismatch` with the deal as it stands, which the caller may see, and with the fields that are in
    ///   the way; without them for a version that the deal never had or that is not on record.
    static func requireUnchanged(_ patch: DealPatch, since version: Int64?, _ deal: Deal, in db: Database) throws {
        guard let version, version != deal.version else { return }
        guard try knowsAll(of: deal, since: version, in: db) else { throw try RPCFault.stale(deal) }
        let conflicting = try changed(in: deal.id, since: version, in: db).with(patch)
        guard conflicting.isEmpty else { throw try RPCFault.stale(deal, conflictingFields: conflicting) }
    }

    /// The deal as it was in an earlier version.
    /// - Throws: `history_not_kept` when that is not on record.
    static func deal(_ deal: Deal, in version: Int64, in db: Database) throws -> Deal {
        guard version != deal.version else { return deal }
        guard try knowsAll(of: deal, since: version, in: db),
            let updated = try updatedAt(deal.id, in: version, in: db)
        else { throw RPCFault.historyNotKept }
        var members = try DealMembers(deal)
        // What each field was before the first of its changes that came after that version.
        let statement = try db.cachedStatement(
            sql: """
                SELECT c.field, c.before FROM deal_change c
                WHERE c.deal_id = ?1 AND c.version > ?2 AND c.version = (
                    SELECT min(n.version) FROM deal_change n
                    WHERE n.deal_id = ?1 AND n.field = c.field AND n.version > ?2)
                """)
        let rows = try Row.fetchCursor(statement, arguments: [deal.id, version])
        while let row = try rows.next() { members.set(row[0], row[1]) }
        members.set("version", String(version))
        members.set("updatedAt", "\"\(updated.text)\"")
        // Of today's work, which the past does not know.
        members.set("lastActivityAt", nil)
        return try members.deal()
    }

    /// The version that a deal had at an instant; nil when none is on record. A clock that was set back may have made one
    /// version later than the next: the newest counts, and is sought from the newest on.
    static func version(of deal: UUID, at instant: Instant, in db: Database) throws -> Int64? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT version FROM deal_version WHERE deal_id = ? AND +at_ms <= ? ORDER BY version DESC LIMIT 1
                """)
        return try Int64.fetchOne(statement, arguments: [deal, instant.milliseconds])
    }

    /// When somebody last worked on what the deal was in a version: a version in which it merely followed its pipeline left
    /// `updatedAt` as it was.
    private static func updatedAt(_ deal: UUID, in version: Int64, in db: Database) throws -> Instant? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT at_ms FROM deal_version WHERE deal_id = ? AND version <= ? AND event_type IS NOT ?
                ORDER BY version DESC LIMIT 1
                """)
        return try Int64.fetchOne(statement, arguments: [deal, version, EventType.pipelineUpdated])
            .map(Instant.init(milliseconds:))
    }

    /// What a deal was made of, by field: all that it had in its first version, if that is how it began.
    static func creation(of deal: Deal, field: String? = nil, _ db: Database) throws -> [MemberChange] {
        let first = try Self.deal(deal, in: 1, in: db)
        return try DealMembers(first).made.filter { field == nil || $0.field == field }
    }

    /// By field.
    static func changes(of deal: UUID, in version: Int64, field: String? = nil, _ db: Database) throws -> [MemberChange]
    {
        let statement = try db.cachedStatement(
            sql: """
                SELECT field, before, after FROM deal_change
                WHERE deal_id = ?1 AND version = ?2 AND (?3 IS NULL OR field = ?3) ORDER BY field
                """)
        return try Row.fetchAll(statement, arguments: [deal, version, field]).map {
            MemberChange(field: $0[0], before: $0[1], after: $0[2])
        }
    }

    /// Whether that version and all after it are on record.
    private static func knowsAll(of deal: Deal, since version: Int64, in db: Database) throws -> Bool {
        guard version >= 1, version < deal.version else { return false }
        let statement = try db.cachedStatement(
            sql: "SELECT COUNT(*) FROM deal_version WHERE deal_id = ? AND version >= ?")
        return try Int64.fetchOne(statement, arguments: [deal.id, version]) == deal.version - version + 1
    }

    /// Values are read of custom fields alone: others have changed when they are named.
    private static func changed(in deal: UUID, since version: Int64, in db: Database) throws -> FieldConflicts {
        let statement = try db.cachedStatement(
            sql: """
                SELECT field, CASE WHEN field = ?3 THEN before END, CASE WHEN field = ?3 THEN after END
                FROM deal_change WHERE deal_id = ?1 AND version > ?2
                """)
        let rows = try Row.fetchCursor(statement, arguments: [deal, version, FieldConflicts.custom])
        var conflicts = FieldConflicts()
        while let row = try rows.next() { conflicts.add(MemberChange(field: row[0], before: row[1], after: row[2])) }
        return conflicts
    }
}

extension RPCFault {
    static let historyNotKept = RPCFault(
        .notFound, "history_not_kept", "What the deal was at that time is not on record.")
}
