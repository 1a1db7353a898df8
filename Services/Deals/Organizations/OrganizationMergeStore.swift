import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Makes one of two organizations of the directory that are the same. All that the first has goes to the second in one
/// transaction, also on deals that the caller may not see: the answer does not tell whether there were any. What went is
/// on record, so that it can be undone.
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
            let merge = UUIDv7.make(at: caller.now)
            try MergeRows.record(merge, source, into: stays, by: caller, in: db)
            try Self.move(source, to: stays, by: merge, at: caller.now, in: db)
            try Self.close(source, into: stays, at: caller.now, in: db)
            var merged = source
            merged.version += 1
            let ids = [
                FieldChange("intoId", before: nil, after: stays.id.text),
                FieldChange("mergeId", before: nil, after: merge.text),
            ]
            try Event.record(
                EventType.organizationMerged, about: merged, by: caller, ids: ids,
                changes: [FieldChange("name", before: source.name, after: stays.name)], in: db)
            return try Self.name(stays, as: source, by: merge, caller, in: db)
        }
    }

    func list(_ id: UUID?, by caller: Caller) async throws -> OrganizationMergeList {
        try await store.read { db in
            let organization = try OrganizationSight.seen(id, by: caller, in: db).organization
            return OrganizationMergeList(items: try MergeRows.list(into: organization.id, in: db))
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

    static func move(
        _ source: Organization, to target: Organization, by merge: UUID, at now: Instant, in db: Database
    ) throws {
        for table in MergedTable.all {
            try table.move(from: source.id, to: target.id, by: merge, at: now, in: db)
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

    /// The names of the one that goes are names of the one that stays.
    private static func name(
        _ target: Organization, as source: Organization, by merge: UUID, _ caller: Caller, in db: Database
    ) throws -> Organization {
        var named = target
        named.aliases = OrganizationAliases.of(target, with: source)
        let added = Array(named.aliases.dropFirst(target.aliases.count))
        guard !added.isEmpty else { return target }
        try MergeRows.record(merge, aliases: added, in: db)
        named = try OrganizationRows.update(named, at: caller.now, in: db)
        try Event.record(
            EventType.organizationUpdated, about: named, by: caller,
            changes: OrganizationChanges.between(target, named), in: db)
        return named
    }

    private static func fault(_ code: String, _ message: String) -> RPCFault {
        .invalid([FieldFault("intoId", code, message)])
    }
}
