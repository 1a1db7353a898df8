import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Keeps views. They hold questions, never answers: nothing of a deal is stored with them.
struct ViewStore: Sendable {
    let store: Store

    /// Of one owner.
    static let viewsMax = 100
    static let pageLimits = 1...100

    func page(limit: Int, after: ViewCursor, by caller: Caller) async throws -> DealViewPage {
        try await store.read { db in
            let statement = try db.cachedStatement(sql: ViewRows.pageSQL)
            // One row more than asked tells whether there is a next page.
            let views = try Row.fetchAll(
                statement, arguments: [caller.id, after.nameKey, after.id, limit + 1]
            ).map(ViewRows.view)
            let shown = Array(views.prefix(limit))
            let next = views.count > limit ? try shown.last.map(ViewCursor.encoded) : nil
            return DealViewPage(items: shown, nextCursor: next)
        }
    }

    func view(_ id: UUID, by caller: Caller) async throws -> DealView {
        try await store.read { db in try Self.seen(id, by: caller, in: db) }
    }

    func create(_ view: DealView, by caller: Caller) async throws -> DealView {
        try ViewAccess(caller: caller).requireScope(view.scope, before: nil)
        return try await store.onceOfNoDeal(by: caller) { db in
            try Self.requireName(of: view, in: db)
            let count = try db.cachedStatement(sql: "SELECT COUNT(*) FROM saved_view WHERE owner_id = ?")
            guard try Int.fetchOne(count, arguments: [caller.id]) ?? 0 < Self.viewsMax else {
                throw RPCFault(.failedPrecondition, "views_full", "You have \(Self.viewsMax) views; remove one first.")
            }
            try ViewRows.insert(view, in: db)
            return view
        }
    }

    func update(_ id: UUID, _ patch: DealViewPatch, by caller: Caller) async throws -> DealView {
        try await store.write { db in
            let before = try Self.seen(id, by: caller, in: db)
            let access = ViewAccess(caller: caller)
            try access.requireChange(of: before)
            var view = try ViewForm(before, patch).checked()
            guard view != before else { return before }
            try access.requireScope(view.scope, before: before.scope)
            try Self.requireName(of: view, in: db)
            view.version += 1
            view.updatedAt = max(caller.now, before.updatedAt)
            try ViewRows.update(view, in: db)
            return view
        }
    }

    func remove(_ id: UUID, by caller: Caller) async throws {
        try await store.write { db in
            try ViewAccess(caller: caller).requireChange(of: try Self.seen(id, by: caller, in: db))
            try db.cachedStatement(sql: "DELETE FROM saved_view WHERE id = ?").execute(arguments: [id])
        }
    }

    /// - Throws: the same `notFound` for what is not there and for somebody else's private view.
    private static func seen(_ id: UUID, by caller: Caller, in db: Database) throws -> DealView {
        guard let view = try ViewRows.view(id, in: db) else { throw RPCFault.notFound("view") }
        let isColleague = try view.scope == .team && ViewRows.isColleague(view.ownerId, of: caller.id, in: db)
        guard ViewAccess(caller: caller).sees(view, isColleague: isColleague) else { throw RPCFault.notFound("view") }
        return view
    }

    private static func requireName(of view: DealView, in db: Database) throws {
        let taken = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM saved_view WHERE owner_id = ? AND name_key = ? AND id <> ?)")
        let arguments: StatementArguments = [view.ownerId, FoldedText.of(view.name), view.id]
        guard try Bool.fetchOne(taken, arguments: arguments) != true else {
            throw RPCFault(.alreadyExists, "view_exists", "You have a view of this name.")
        }
    }
}
