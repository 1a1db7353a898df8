import Contracts
import Foundation
import GRDB
import RPC

/// Who owns whom. Every parent stands in the directory, so nothing here meets an organization that the firm does not know
/// of, but for the one that is asked about.
enum OrganizationTree {
    /// From the top to the bottom, both counted.
    static let levelsMax = 10

    /// What is wrong with a parent; nil when nothing is.
    static func fault(
        _ parent: UUID, of child: Organization, by caller: Caller, in db: Database
    ) throws -> FieldFault? {
        guard let other = try OrganizationSight.find(parent, by: caller, in: db)?.organization else {
            return FieldFault("parentId", "unknown_organization", "must be an organization that you know of")
        }
        guard other.scope == .directory else {
            return FieldFault("parentId", "not_in_directory", "must stand in the directory")
        }
        let above = try line(above: parent, in: db)
        if parent == child.id || above.contains(child.id) {
            return FieldFault("parentId", "circular", "The organizations would own each other.")
        }
        guard try above.count + 1 + levels(from: child.id, in: db) <= levelsMax else {
            return FieldFault("parentId", "too_deep", "There may be \(levelsMax) levels at most.")
        }
        return nil
    }

    /// The owners of an organization, the nearest first; at most `levelsMax`.
    static func line(above organization: UUID, in db: Database) throws -> [UUID] {
        let statement = try db.cachedStatement(
            sql: """
                WITH RECURSIVE line (id, level) AS (
                    SELECT parent_id, 1 FROM organization WHERE id = ?
                    UNION ALL
                    SELECT o.parent_id, level + 1 FROM line CROSS JOIN organization o ON o.id = line.id
                    WHERE level < ?
                )
                SELECT id FROM line WHERE id IS NOT NULL ORDER BY level
                """)
        return try UUID.fetchAll(statement, arguments: [organization, levelsMax])
    }

    /// How many levels there are from an organization down to its last subsidiary in the directory, both counted. Others
    /// do not count: that a parent is refused must not tell of them.
    static func levels(from organization: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: """
                WITH RECURSIVE below (id, level) AS (
                    SELECT ?, 1
                    UNION ALL
                    SELECT o.id, level + 1 FROM below CROSS JOIN organization o ON o.parent_id = below.id
                    WHERE o.shared = 1 AND o.merged_into IS NULL AND level <= ?
                )
                SELECT max(level) FROM below
                """)
        return try Int.fetchOne(statement, arguments: [organization, levelsMax]) ?? 1
    }
}
