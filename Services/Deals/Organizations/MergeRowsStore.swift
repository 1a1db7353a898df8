import Contracts
import Foundation
import GRDB
import RPC

/// A merge as it was recorded.
struct RecordedMerge: Sendable {
    let id: UUID
    let source, target: UUID
    let isUndone: Bool
    /// Whether the source has not been merged or changed again since.
    let isLast: Bool
}

/// The tables of merges: only ever added to.
enum MergeRows {
    /// The newest that are answered.
    static let listMax = 200

    static func record(
        _ id: UUID, _ source: Organization, into target: Organization, by caller: Caller, in db: Database
    )
        throws
    {
        try db.cachedStatement(sql: "INSERT INTO organization_merge VALUES (?, ?, ?, ?, ?, ?)").execute(arguments: [
            id, source.id, target.id, source.version + 1, caller.id, caller.now.milliseconds,
        ])
    }

    static func record(_ id: UUID, aliases: [String], in db: Database) throws {
        let insert = try db.cachedStatement(sql: "INSERT INTO organization_merge_alias VALUES (?, ?)")
        for alias in aliases { try insert.execute(arguments: [id, FoldedText.of(alias)]) }
    }

    /// The folded names that the target got with it.
    static func aliasKeys(of merge: UUID, in db: Database) throws -> Set<String> {
        let statement = try db.cachedStatement(sql: "SELECT alias_key FROM organization_merge_alias WHERE merge_id = ?")
        return try String.fetchSet(statement, arguments: [merge])
    }

    static func merge(_ id: UUID?, into target: UUID, in db: Database) throws -> RecordedMerge? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT m.id, m.source_id, m.target_id, u.merge_id IS NOT NULL,
                    o.merged_into IS m.target_id AND o.version = m.source_version
                FROM organization_merge m CROSS JOIN organization o ON o.id = m.source_id
                LEFT JOIN organization_unmerge u ON u.merge_id = m.id
                WHERE m.id = ? AND m.target_id = ?
                """)
        return try Row.fetchOne(statement, arguments: [id, target]).map {
            RecordedMerge(id: $0[0], source: $0[1], target: $0[2], isUndone: $0[3], isLast: $0[4])
        }
    }

    static func list(into target: UUID, in db: Database) throws -> [MergedOrganization] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT m.id, o.id, o.name, m.by_user_id, m.at_ms, u.by_user_id, u.at_ms, u.reason
                FROM organization_merge m CROSS JOIN organization o ON o.id = m.source_id
                LEFT JOIN organization_unmerge u ON u.merge_id = m.id
                WHERE m.target_id = ? ORDER BY m.at_ms DESC, m.id DESC LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [target, listMax]).map {
            MergedOrganization(
                id: $0[0], organization: OrganizationHint(id: $0[1], name: $0[2]), mergedBy: $0[3],
                mergedAt: Instant(milliseconds: $0[4]), undoneBy: $0[5],
                undoneAt: ($0[6] as Int64?).map(Instant.init(milliseconds:)), reason: $0[7])
        }
    }

    /// Into what an organization was merged; nil when it was not.
    static func mergedInto(_ organization: UUID, in db: Database) throws -> UUID? {
        let statement = try db.cachedStatement(sql: "SELECT merged_into FROM organization WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [organization]).flatMap { $0[0] }
    }

    static func undo(_ merge: RecordedMerge, _ reason: String, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO organization_unmerge VALUES (?, ?, ?, ?)").execute(
            arguments: [merge.id, reason, caller.id, caller.now.milliseconds])
    }
}

extension MergedTable {
    /// What belongs to one organization belongs to the other from now on, and is on record.
    func move(from source: UUID, to target: UUID, by merge: UUID, at now: Instant, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO organization_merge_row (merge_id, kind, row_id, version)
                SELECT ?, ?, id, version + 1 FROM \(table) WHERE \(column) = ? AND \(live)
                """
        ).execute(arguments: [merge, kind, source])
        try db.cachedStatement(
            sql: """
                UPDATE \(table) SET \(column) = ?, updated_ms = max(?, updated_ms), version = version + 1
                WHERE \(column) = ? AND \(live)
                """
        ).execute(arguments: [target, now.milliseconds, source])
    }

    /// Those that the merge moved and somebody has changed, moved or removed since, as far as the caller may know of them.
    func changed(since merge: RecordedMerge, by caller: Caller, in db: Database) throws -> [UUID] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT t.id, \(secrecy.column) FROM (
                    SELECT row_id, max(version) AS version FROM organization_merge_row
                    WHERE merge_id = ? AND kind = ? GROUP BY row_id
                ) s CROSS JOIN \(table) t ON t.id = s.row_id
                WHERE t.\(column) IS NOT ? OR t.version <> s.version OR NOT (t.\(live))
                """)
        return try Row.fetchAll(statement, arguments: [merge.id, kind, merge.target]).filter { row in
            switch secrecy {
            case .none: true
            // One of the directory is known, also when it was merged into another by now.
            case .ofOrganization: try row[1] || OrganizationSight.find(row[0], by: caller, in: db) != nil
            case .ofDeal: try !DealRows.visible([row[1]], to: caller, in: db).ids.isEmpty
            }
        }.map { $0[0] }
    }

    /// What the merge moved goes back, but for what is not there any more. Earlier merges that had moved the same rows
    /// know them by the version that they have now.
    func restore(_ merge: RecordedMerge, at now: Instant, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE \(table) SET \(column) = ?, updated_ms = max(?, updated_ms), version = version + 1
                WHERE id IN (SELECT row_id FROM organization_merge_row WHERE merge_id = ? AND kind = ?)
                    AND \(column) = ? AND \(live)
                """
        ).execute(arguments: [merge.source, now.milliseconds, merge.id, kind, merge.target])
        try db.cachedStatement(
            sql: """
                INSERT INTO organization_merge_row (merge_id, kind, row_id, version)
                SELECT r.merge_id, r.kind, r.row_id, t.version
                FROM organization_merge_row h CROSS JOIN \(table) t ON t.id = h.row_id
                CROSS JOIN organization_merge_row r ON r.row_id = h.row_id AND r.kind = h.kind
                WHERE h.merge_id = ? AND h.kind = ? AND h.version = t.version - 1 AND r.version = t.version - 2
                    AND r.merge_id <> h.merge_id
                """
        ).execute(arguments: [merge.id, kind])
    }
}
