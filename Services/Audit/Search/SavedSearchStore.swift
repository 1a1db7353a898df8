import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Keeps searches. They hold questions, never answers.
struct SavedSearchStore: Sendable {
    let store: Store

    /// Of one owner.
    static let searchesMax = 100
    static let pageLimits = 1...100

    private static let columns = "id, owner_id, name, is_shared, filter, version, created_ms, updated_ms"

    /// The caller's own and those that others share, the oldest first.
    static let pageSQL = """
        SELECT \(columns) FROM saved_search WHERE owner_id = ?1 AND id > ?2
        UNION ALL SELECT \(columns) FROM saved_search WHERE is_shared = 1 AND owner_id <> ?1 AND id > ?2
        ORDER BY id LIMIT ?3
        """

    func page(limit: Int, after: Data, by user: UUID) async throws -> AuditSearchPage {
        try await store.read { db in
            // One row more than asked tells whether there is a next page.
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Self.pageSQL), arguments: [user, after, limit + 1])
            let items = try rows.prefix(limit).map(Self.read)
            return AuditSearchPage(items: items, nextCursor: rows.count > limit ? items.last?.id.text : nil)
        }
    }

    /// - Throws: the same `notFound` for what is not there and for what somebody else keeps for himself.
    func search(_ id: UUID, by user: UUID) async throws -> AuditSearch {
        try await store.read { db in try Self.seen(id, by: user, in: db) }
    }

    func create(_ search: AuditSearch) async throws -> AuditSearch {
        try await store.write { db in
            try Self.requireName(of: search, in: db)
            let count = try db.cachedStatement(sql: "SELECT count(*) FROM saved_search WHERE owner_id = ?")
            guard try Int.fetchOne(count, arguments: [search.ownerId]) ?? 0 < Self.searchesMax else {
                throw RPCFault(
                    .failedPrecondition, "searches_full", "You have \(Self.searchesMax) searches; remove one first.")
            }
            try db.cachedStatement(
                sql: """
                    INSERT INTO saved_search (\(Self.columns), name_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: [
                    search.id, search.ownerId, search.name, search.shared, try Self.json(search.filter),
                    search.version, search.createdAt.milliseconds, search.updatedAt.milliseconds,
                    SavedSearchForm.key(search.name),
                ])
            return search
        }
    }

    func update(
        _ id: UUID, _ patch: AuditSearchPatch, by user: UUID, expecting version: Int64?, at now: Instant
    ) async throws -> AuditSearch {
        try await store.write { db in
            let before = try Self.owned(id, by: user, expecting: version, in: db)
            var after = try SavedSearchForm(before, patch).checked()
            guard after != before else { return before }
            try Self.requireName(of: after, in: db)
            after.version += 1
            after.updatedAt = max(now, before.updatedAt)
            try db.cachedStatement(
                sql: """
                    UPDATE saved_search SET (name, name_key, is_shared, filter, version, updated_ms) = (?, ?, ?, ?, ?, ?)
                    WHERE id = ?
                    """
            ).execute(
                arguments: [
                    after.name, SavedSearchForm.key(after.name), after.shared, try Self.json(after.filter),
                    after.version, after.updatedAt.milliseconds, id,
                ])
            return after
        }
    }

    func remove(_ id: UUID, by user: UUID, expecting version: Int64?) async throws {
        try await store.write { db in
            _ = try Self.owned(id, by: user, expecting: version, in: db)
            try db.cachedStatement(sql: "DELETE FROM saved_search WHERE id = ?").execute(arguments: [id])
        }
    }
}

extension SavedSearchStore {
    private static func seen(_ id: UUID, by user: UUID, in db: Database) throws -> AuditSearch {
        let select = try db.cachedStatement(sql: "SELECT \(columns) FROM saved_search WHERE id = ?")
        guard let search = try Row.fetchOne(select, arguments: [id]).map(read),
            search.shared || search.ownerId == user
        else { throw RPCFault.notFound("search") }
        return search
    }

    private static func owned(
        _ id: UUID, by user: UUID, expecting version: Int64?, in db: Database
    ) throws -> AuditSearch {
        let search = try seen(id, by: user, in: db)
        guard search.ownerId == user else {
            throw RPCFault(.permissionDenied, "not_owner", "A search is changed by its owner only.")
        }
        try RPCFault.requireVersion(version, of: search)
        return search
    }

    private static func requireName(of search: AuditSearch, in db: Database) throws {
        let taken = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM saved_search WHERE owner_id = ? AND name_key = ? AND id <> ?)")
        let arguments: StatementArguments = [search.ownerId, SavedSearchForm.key(search.name), search.id]
        guard try Bool.fetchOne(taken, arguments: arguments) != true else {
            throw RPCFault(.alreadyExists, "search_exists", "You have a search of this name.")
        }
    }

    private static func json(_ filter: AuditFilter) throws -> String {
        String(decoding: try StrictJSON.encode(filter), as: UTF8.self)
    }

    private static func read(_ row: Row) throws -> AuditSearch {
        let filter: String = row[4]
        return AuditSearch(
            id: row[0], ownerId: row[1], name: row[2], shared: row[3],
            filter: try JSONDecoder().decode(AuditFilter.self, from: Data(filter.utf8)), version: row[5],
            createdAt: Instant(milliseconds: row[6]), updatedAt: Instant(milliseconds: row[7]))
    }
}
