import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Makes one of two organizations of the directory that are the same. All that the first has goes to the second in one
/// transaction, also on deals that the caller may not see: the answer does not tell whether there were any.
struct OrganizationMergeStore: Sendable {
    let store: Store

    /// - Returns: the one that stays.
    func merge(_ id: UUID?, into target: UUID, by caller: Caller) async throws -> Organization {
        try await store.write { db in
            let source = try OrganizationStore.read(id, by: caller, in: db).organization
            guard let stays = try OrganizationSight.find(target, by: caller, in: db)?.organization else {
                throw Self.fault("unknown_organization", "must be an organization that you know of")
            }
            try Self.check(source, into: stays, in: db)
            try Self.move(source, to: stays, at: caller.now, in: db)
            try Self.close(source, into: stays, at: caller.now, in: db)
            let into = FieldChange("intoId", before: nil, after: stays.id.text)
            var merged = source
            merged.version += 1
            try Event.record(
                EventType.organizationMerged, about: merged, by: caller, ids: [into],
                changes: [FieldChange("name", before: source.name, after: stays.name)], in: db)
            return stays
        }
    }

    private static func check(_ source: Organization, into target: Organization, in db: Database) throws {
        guard source.id != target.id else { throw fault("same_organization", "must be another organization") }
        guard source.scope == .directory, target.scope == .directory else {
            throw RPCFault(
                .failedPrecondition, "not_in_directory", "Only organizations of the directory can be merged.")
        }
        let above = try OrganizationTree.line(above: target.id, in: db)
        guard !above.contains(source.id) else {
            throw fault("circular", "belongs to the one that would be merged into it")
        }
        guard try above.count + OrganizationTree.levels(from: source.id, in: db) <= OrganizationTree.levelsMax else {
            throw fault("too_deep", "There may be \(OrganizationTree.levelsMax) levels at most.")
        }
    }

    /// What was removed or deleted stays where it was.
    static func move(_ source: Organization, to target: Organization, at now: Instant, in db: Database) throws {
        let statements = [
            """
            UPDATE organization SET parent_id = ?, updated_ms = max(?, updated_ms), version = version + 1
            WHERE parent_id = ? AND merged_into IS NULL
            """,
            """
            UPDATE person SET organization_id = ?, updated_ms = max(?, updated_ms), version = version + 1
            WHERE organization_id = ? AND deleted_ms IS NULL
            """,
            """
            UPDATE deal_party SET organization_id = ?, updated_ms = max(?, updated_ms), version = version + 1
            WHERE organization_id = ? AND removed_ms IS NULL
            """,
            """
            UPDATE counterparty SET organization_id = ?, updated_ms = max(?, updated_ms), version = version + 1
            WHERE organization_id = ? AND removed_ms IS NULL
            """,
        ]
        for sql in statements {
            try db.cachedStatement(sql: sql).execute(arguments: [target.id, now.milliseconds, source.id])
        }
    }

    private static func close(_ source: Organization, into target: Organization, at now: Instant, in db: Database)
        throws
    {
        try OrganizationTexts.leave(source.id, in: db)
        try db.cachedStatement(
            sql: """
                UPDATE organization SET merged_into = ?, updated_ms = max(?, updated_ms), version = version + 1
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [target.id, now.milliseconds, source.id, source.version])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
    }

    private static func fault(_ code: String, _ message: String) -> RPCFault {
        .invalid([FieldFault("intoId", code, message)])
    }
}
