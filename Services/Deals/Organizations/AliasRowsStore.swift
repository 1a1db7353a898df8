import Contracts
import Foundation
import GRDB

/// The table `organization_alias`: written with its organization, whose version stands for it.
enum AliasRows {
    /// As `aliases(_:)` reads them, of the organization `o`.
    static let selected = """
        (SELECT json_group_object(a.position, a.alias) FROM organization_alias a WHERE a.organization_id = o.id)
        """

    static func aliases(_ json: String) throws -> [String] {
        guard json != "{}" else { return [] }
        let byPosition = try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
        return byPosition.map { (position: Int($0.key) ?? 0, alias: $0.value) }.sorted { $0.position < $1.position }
            .map(\.alias)
    }

    static func write(_ organization: Organization, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM organization_alias WHERE organization_id = ?")
            .execute(arguments: [organization.id])
        guard !organization.aliases.isEmpty else { return }
        let insert = try db.cachedStatement(sql: "INSERT INTO organization_alias VALUES (?, ?, ?, ?, ?)")
        for (index, alias) in organization.aliases.enumerated() {
            try insert.execute(arguments: [
                organization.id, index + 1, alias, FoldedText.of(alias), organization.scope == .directory,
            ])
            try ScreenedNames.add(alias, of: organization.id, in: db)
        }
    }
}
