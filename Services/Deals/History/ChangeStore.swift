import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What a deal was, and what was changed in it. Who reads the deal reads its past.
struct ChangeStore: Sendable {
    let store: Store

    /// The deal as it stood at an instant that is not in the future.
    func deal(_ reference: DealReference, at instant: Instant, by caller: Caller) async throws -> Deal {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            guard let version = try ChangeRows.version(of: deal.id, at: instant, in: db) else {
                throw instant < deal.createdAt ? RPCFault.notYetCreated : .historyNotKept
            }
            return try ChangeRows.deal(deal, in: version, in: db)
        }
    }

    func page(_ reference: DealReference, _ request: ChangeRequest, by caller: Caller) async throws -> DealChangePage {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            // One row more than asked tells whether there is a next page.
            var rows = try Self.versions(of: deal.id, request, in: db)
            if request.field != nil, rows.count <= request.limit, request.before > 1 {
                rows += try Self.creation(of: deal.id, in: db)
            }
            var items: [DealVersion] = []
            var bytes = 0
            for row in rows {
                let changes = try Self.changes(row, of: deal, request, in: db)
                // Of the creation is asked whatever the field is.
                guard request.field == nil || !changes.isEmpty else { continue }
                guard items.count < request.limit, bytes < PageLimit.bytesMax else {
                    return DealChangePage(items: items, nextCursor: items.last.map { String($0.version) })
                }
                bytes += changes.reduce(200) { $0 + $1.bytes }
                items.append(
                    DealVersion(
                        version: row[0], at: Instant(milliseconds: row[1]), by: row[2], type: row[3],
                        changes: changes.map(\.told)))
            }
            return DealChangePage(items: items, nextCursor: nil)
        }
    }

    private static func changes(
        _ row: Row, of deal: Deal, _ request: ChangeRequest, in db: Database
    ) throws -> [MemberChange] {
        let (version, type): (Int64, String?) = (row[0], row[3])
        guard version == 1, type == EventType.dealCreated else {
            return try ChangeRows.changes(of: deal.id, in: version, field: request.field, db)
        }
        return try ChangeRows.creation(of: deal, field: request.field, db)
    }

    static func versions(
        of deal: UUID, _ request: ChangeRequest, in db: Database
    ) throws -> [Row] {
        guard let field = request.field else {
            let statement = try db.cachedStatement(
                sql: """
                    SELECT version, at_ms, by_user_id, event_type FROM deal_version
                    WHERE deal_id = ? AND version < ? ORDER BY version DESC LIMIT ?
                    """)
            return try Row.fetchAll(statement, arguments: [deal, request.before, request.limit + 1])
        }
        let statement = try db.cachedStatement(
            sql: """
                SELECT v.version, v.at_ms, v.by_user_id, v.event_type
                FROM deal_change c INDEXED BY deal_change_of_field
                CROSS JOIN deal_version v ON v.deal_id = c.deal_id AND v.version = c.version
                WHERE c.deal_id = ? AND c.field = ? AND c.version BETWEEN 2 AND ? ORDER BY c.version DESC LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [deal, field, request.before - 1, request.limit + 1])
    }

    /// The first version, of whose fields no rows are written.
    private static func creation(of deal: UUID, in db: Database) throws -> [Row] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT version, at_ms, by_user_id, event_type FROM deal_version
                WHERE deal_id = ? AND version = 1 AND event_type IS NOT NULL
                """)
        return try Row.fetchAll(statement, arguments: [deal])
    }
}

extension MemberChange {
    /// Roughly what it takes as JSON.
    fileprivate var bytes: Int { 60 + field.utf8.count + (before?.utf8.count ?? 0) + (after?.utf8.count ?? 0) }
}

extension RPCFault {
    fileprivate static let notYetCreated = RPCFault(
        .notFound, "deal_not_yet_created", "The deal did not exist at that time.")
}
