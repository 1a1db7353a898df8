import Contracts
import Foundation
import GRDB
import RPC

/// The table `organization`, row by row. Who may know of a row, `OrganizationSight` says.
enum OrganizationRows {
    /// In the order in which `organization(_:)` reads them, of the table as `o`.
    static let selected = """
        o.id, o.name, o.kind, o.shared, o.code_alias, o.lei, o.ticker, o.isin, o.country, o.sector, o.parent_id,
        o.updated_ms, o.version, \(AliasRows.selected)
        """

    /// Nil for what is not there, and for what was merged into another.
    static func organization(_ id: UUID, in db: Database) throws -> Organization? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(selected) FROM organization o WHERE o.id = ? AND o.merged_into IS NULL")
        return try Row.fetchOne(statement, arguments: [id]).map(organization)
    }

    static func insert(_ organization: Organization, by caller: Caller, in db: Database) throws {
        let updated = organization.updatedAt.milliseconds
        let end: [(any DatabaseValueConvertible)?] = [
            organization.id, caller.id, updated, updated, organization.version,
        ]
        try db.cachedStatement(
            sql: """
                INSERT INTO organization (name, name_key, search_key, kind, shared, code_alias, lei, ticker, isin, country,
                    sector, parent_id, id, created_by, created_ms, updated_ms, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: StatementArguments(values(organization) + end))
        try AliasRows.write(organization, in: db)
        try OrganizationTexts.enter(organization.id, in: db)
        try ScreenedNames.add(organization.name, of: organization.id, in: db)
    }

    /// Counts the version up and writes the row.
    static func update(_ changed: Organization, at now: Instant, in db: Database) throws -> Organization {
        var organization = changed
        organization.version += 1
        // A clock that was set back must not make the organization look older than it was.
        organization.updatedAt = max(now, changed.updatedAt)
        let end: [(any DatabaseValueConvertible)?] = [
            organization.updatedAt.milliseconds, organization.version, organization.id, changed.version,
        ]
        try OrganizationTexts.leave(organization.id, in: db)
        try db.cachedStatement(
            sql: """
                UPDATE organization SET name = ?, name_key = ?, search_key = ?, kind = ?, shared = ?, code_alias = ?,
                    lei = ?, ticker = ?, isin = ?, country = ?, sector = ?, parent_id = ?, updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: StatementArguments(values(organization) + end))
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        try AliasRows.write(organization, in: db)
        try OrganizationTexts.enter(organization.id, in: db)
        try ScreenedNames.add(organization.name, of: organization.id, in: db)
        return organization
    }

    private static func values(_ organization: Organization) -> [(any DatabaseValueConvertible)?] {
        [
            organization.name, FoldedText.of(organization.name), organization.searchKey, organization.kind.rawValue,
            organization.scope == .directory, organization.codeAlias, organization.lei, organization.ticker,
            organization.isin, organization.country, organization.sector, organization.parentId,
        ]
    }

    /// Reads a row that begins with `selected`.
    static func organization(_ row: Row) throws -> Organization {
        Organization(
            id: row[0], name: row[1], kind: try row.choice(2), scope: (row[3] as Bool) ? .directory : .deals,
            codeAlias: row[4], lei: row[5], ticker: row[6], isin: row[7], country: row[8], sector: row[9],
            parentId: row[10], aliases: try AliasRows.aliases(row[13]), updatedAt: Instant(milliseconds: row[11]),
            version: row[12])
    }
}

extension Organization {
    var cursor: NameCursor { NameCursor(name: FoldedText.of(name), id: id) }
}
