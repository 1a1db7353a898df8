import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Makes two of what a merge made one: everything that it moved goes back where it was. Nothing goes back when something
/// of it has been changed since, as far as the caller may know of that; on deals that he may not see, what was changed
/// goes back as it is now, and the answer does not tell.
struct MergeUndoStore: Sendable {
    /// Of those that stand in the way, how many are named.
    static let namedMax = 20

    let store: Store

    /// - Returns: the one that is there again.
    func undo(
        _ id: UUID?, of organization: UUID?, _ input: OrganizationMergeUndo, by caller: Caller
    ) async throws -> Organization {
        var faults: [FieldFault] = []
        let reason = TextRule("reason", 1...500, allowsLines: true).check(input.reason, &faults)
        guard let reason else { throw RPCFault.invalid(faults) }
        return try await store.write { db in
            try Self.requireStanding(organization, in: db)
            let target = try OrganizationSight.seen(organization, by: caller, in: db).organization
            guard let merge = try MergeRows.merge(id, into: target.id, in: db) else {
                throw RPCFault.notFound("merge")
            }
            try WorkVersion.require(target, "organization", by: caller)
            guard !merge.isUndone else {
                throw RPCFault(.failedPrecondition, "already_undone", "The merge has been undone before.")
            }
            try Self.requireUnchanged(merge, by: caller, in: db)
            try MergeRows.undo(merge, reason, by: caller, in: db)
            let source = try Self.restore(merge, at: caller.now, in: db)
            try Self.unname(target, merge, by: caller, in: db)
            let ids = [
                FieldChange("intoId", before: target.id.text, after: nil),
                FieldChange("mergeId", before: merge.id.text, after: nil),
            ]
            try Event.record(
                EventType.organizationUnmerged, about: source, by: caller, ids: ids,
                changes: [
                    FieldChange("name", before: target.name, after: source.name),
                    FieldChange("reason", before: nil, after: reason),
                ], in: db)
            return source
        }
    }

    /// Only organizations of the directory are merged, so it is no secret where one went.
    private static func requireStanding(_ organization: UUID?, in db: Database) throws {
        guard let organization, let into = try MergeRows.mergedInto(organization, in: db) else { return }
        throw RPCFault(
            .failedPrecondition, "merged_since", "It was merged into \(into.text) since; undo that first.")
    }

    private static func requireUnchanged(_ merge: RecordedMerge, by caller: Caller, in db: Database) throws {
        guard merge.isLast else { throw StoredValueFault(column: "merged_into") }
        var faults: [FieldFault] = []
        for table in MergedTable.all {
            faults += try table.changed(since: merge, by: caller, in: db).map {
                FieldFault(table.kind, "changed", "\($0.text) was changed, moved or removed since the merge")
            }
        }
        if let parent = try mergedParent(of: merge.source, in: db) {
            faults.append(FieldFault("parentId", "merged", "Its parent \(parent.text) was merged; undo that first."))
        }
        guard faults.isEmpty else {
            let more = faults.count > namedMax ? ", and \(faults.count - namedMax) more" : ""
            throw RPCFault(
                .failedPrecondition, "merge_changed", "What the merge moved has been changed since; see errors\(more).",
                errors: Array(faults.prefix(namedMax)))
        }
    }

    private static func mergedParent(of organization: UUID, in db: Database) throws -> UUID? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT p.id FROM organization o CROSS JOIN organization p ON p.id = o.parent_id
                WHERE o.id = ? AND p.merged_into IS NOT NULL
                """)
        return try UUID.fetchOne(statement, arguments: [organization])
    }

    private static func restore(_ merge: RecordedMerge, at now: Instant, in db: Database) throws -> Organization {
        try db.cachedStatement(
            sql: """
                UPDATE organization SET merged_into = NULL, updated_ms = max(?, updated_ms), version = version + 1
                WHERE id = ?
                """
        ).execute(arguments: [now.milliseconds, merge.source])
        try OrganizationTexts.enter(merge.source, in: db)
        for table in MergedTable.all { try table.restore(merge, at: now, in: db) }
        guard let source = try OrganizationRows.organization(merge.source, in: db) else {
            throw StoredValueFault(column: "merged_into")
        }
        let above = try OrganizationTree.line(above: source.id, in: db)
        let levels = try above.count + OrganizationTree.levels(from: source.id, in: db)
        guard !above.contains(source.id), levels <= OrganizationTree.levelsMax else {
            throw RPCFault(
                .failedPrecondition, "merge_changed",
                "Who owns whom has been changed since, so that the organizations would own each other or be too many levels."
            )
        }
        return source
    }

    /// The names that the merge brought go, as far as they are still there.
    private static func unname(_ target: Organization, _ merge: RecordedMerge, by caller: Caller, in db: Database)
        throws
    {
        let brought = try MergeRows.aliasKeys(of: merge.id, in: db)
        var named = target
        named.aliases.removeAll { brought.contains(FoldedText.of($0)) }
        guard named != target else { return }
        named = try OrganizationRows.update(named, at: caller.now, in: db)
        try Event.record(
            EventType.organizationUpdated, about: named, by: caller,
            changes: OrganizationChanges.between(target, named), in: db)
    }
}
