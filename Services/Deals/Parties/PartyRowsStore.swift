import Contracts
import Foundation
import GRDB
import RPC

/// The table `deal_party`, row by row, with the names of who is meant.
enum PartyRows {
    private static let selected = """
        SELECT p.id, p.organization_id, o.name, p.person_id, n.name, p.role, p.side, p.is_primary, p.code_alias,
            p.added_by, p.added_ms, p.updated_ms, p.version
        FROM deal_party p CROSS JOIN organization o ON o.id = p.organization_id
        LEFT JOIN person n ON n.id = p.person_id
        """

    /// As they were added; at most `PartyStore.partiesMax`.
    static func all(of deal: UUID, in db: Database) throws -> [DealParty] {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE p.deal_id = ? AND p.removed_ms IS NULL ORDER BY p.position")
        return try Row.fetchAll(statement, arguments: [deal]).map(party)
    }

    /// - Throws: the same `notFound` for what is not there, is removed, or belongs to another deal.
    static func party(_ id: UUID?, of deal: UUID, in db: Database) throws -> DealParty {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE p.id = ? AND p.deal_id = ? AND p.removed_ms IS NULL")
        guard let id, let row = try Row.fetchOne(statement, arguments: [id, deal]) else {
            throw RPCFault.notFound("party")
        }
        return try party(row)
    }

    /// Behind those that the deal has had before.
    static func insert(_ party: DealParty, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO deal_party (id, deal_id, position, organization_id, person_id, role, side, is_primary,
                    code_alias, added_by, added_ms, updated_ms, version)
                VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM deal_party WHERE deal_id = ?), ?, ?, ?, ?, ?, ?,
                    ?, ?, ?, ?)
                """
        ).execute(arguments: [
            party.id, deal, deal, party.organizationId, party.personId, party.role.rawValue, party.side?.rawValue,
            party.primary, party.codeAlias, party.addedBy, party.addedAt.milliseconds, party.updatedAt.milliseconds,
            party.version,
        ])
    }

    /// Counts the version up and writes the row.
    static func update(_ changed: DealParty, at now: Instant, in db: Database) throws -> DealParty {
        var party = changed
        party.version += 1
        // A clock that was set back must not make the party look older than it was.
        party.updatedAt = max(now, changed.updatedAt)
        try db.cachedStatement(
            sql: """
                UPDATE deal_party SET role = ?, side = ?, is_primary = ?, code_alias = ?, updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            party.role.rawValue, party.side?.rawValue, party.primary, party.codeAlias, party.updatedAt.milliseconds,
            party.version, party.id, changed.version,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        return party
    }

    static func remove(_ party: DealParty, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE deal_party SET removed_ms = max(?, added_ms), removed_by = ?, version = version + 1 WHERE id = ?
                """
        ).execute(arguments: [caller.now.milliseconds, caller.id, party.id])
    }

    private static func party(_ row: Row) throws -> DealParty {
        DealParty(
            id: row[0], organizationId: row[1], organizationName: row[2], personId: row[3], personName: row[4],
            role: try row.choice(5), side: try row.optionalChoice(6), primary: row[7], codeAlias: row[8],
            addedBy: row[9], addedAt: Instant(milliseconds: row[10]), updatedAt: Instant(milliseconds: row[11]),
            version: row[12])
    }
}
