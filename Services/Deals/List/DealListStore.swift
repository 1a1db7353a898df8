import Contracts
import Foundation
import GRDB
import NIOCore
import RPC
import Storage

/// Lists, counts and searches. Who may see what is part of the one statement that also pages, filters and counts, so
/// that nothing a caller may not see ever leaves the database.
struct DealListStore: Sendable {
    let store: Store
    let bodies: DealBodies

    /// More deals than this to encode is no work for an event loop.
    private static let coldMax = 8

    /// A `DealPage` as JSON, put together from the deals as they were encoded before.
    func page(_ request: ListRequest, by caller: Caller) async throws -> ByteBuffer {
        if request.isWalk,
            let page = try await store.lookUp({ try self.page(request, by: caller, coldMax: Self.coldMax, in: $0) })
        {
            return page
        }
        let page = try await store.read { try self.page(request, by: caller, coldMax: .max, in: $0) }
        // There is no more to encode than there is.
        guard let page else { throw RPCFault.internal }
        return page
    }

    /// - Returns: nil when more than `coldMax` deals would have to be encoded.
    private func page(
        _ request: ListRequest, by caller: Caller, coldMax: Int, in db: Database
    ) throws -> ByteBuffer? {
        let scope = try request.scope(of: caller, in: db)
        let key = request.sort.column(in: scope)
        let filter = Filter(request, key: key, id: scope.id)
        let order = request.sort.isDescending ? "DESC" : "ASC"
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.id, d.version, d.last_activity_ms, \(key) \(scope.sql) \(filter.sql) \(filter.afterSQL)
                ORDER BY \(key) \(order), \(scope.id) \(order) LIMIT ?
                """)
        // One row more than asked tells whether there is a next page.
        let arguments = StatementArguments(
            scope.arguments + filter.arguments + filter.afterArguments + [request.limit + 1])
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        var page = DealPageText(limit: request.limit)
        var cold = 0
        var last: ListCursor?
        var hasMore = false
        while let row = try rows.next() {
            guard !page.isFull else {
                hasMore = true
                break
            }
            let id: UUID = row[0]
            let known = bodies.body(of: id, DealState(version: row[1], lastActivity: row[2]))
            if known == nil { cold += 1 }
            guard cold <= coldMax else { return nil }
            // Gone since the row before was read: then it is not on the page.
            guard let body = try known ?? DealRows.deal(id, in: db).map(bodies.encode) else { continue }
            page.add(body)
            last = ListCursor(sort: request.sort, key: request.sort.isByText ? .text(row[3]) : .number(row[3]), id: id)
        }
        return try page.end(
            next: hasMore ? last?.encoded() : nil,
            total: request.query.count == true ? Self.count(request, by: caller, in: db) : nil)
    }

    private static func count(_ request: ListRequest, by caller: Caller, in db: Database) throws -> Int {
        let scope = try request.scope(of: caller, in: db)
        let filter = Filter(request, key: request.sort.column(in: scope), id: scope.id)
        let statement = try db.cachedStatement(sql: "SELECT COUNT(*) \(scope.sql) \(filter.sql)")
        return try Int.fetchOne(statement, arguments: StatementArguments(scope.arguments + filter.arguments)) ?? 0
    }

    /// The fixed text of each filter that is asked for, and its values.
    private struct Filter {
        private(set) var sql = ""
        private(set) var arguments: [(any DatabaseValueConvertible)?] = []
        let afterSQL: String
        let afterArguments: [(any DatabaseValueConvertible)?]

        init(_ request: ListRequest, key: String, id: String) {
            if let after = request.after {
                afterSQL = "AND (\(key), \(id)) \(request.sort.isDescending ? "<" : ">") (?, ?)"
                switch after.key {
                case .number(let number): afterArguments = [number, after.id]
                case .text(let text): afterArguments = [text, after.id]
                }
            } else {
                (afterSQL, afterArguments) = ("", [])
            }
            let query = request.query
            add("AND d.type = ?", query.type?.rawValue)
            add("AND d.stage = ?", query.stage)
            add("AND d.status = ?", query.status?.rawValue)
            add("AND d.lead_user_id = ?", query.lead)
            // By the index over the tags, however many deals there are without this one.
            add("AND d.id IN (SELECT g.deal_id FROM deal_tag g WHERE g.tag = ?)", request.tag)
            add(#"AND d.search_key LIKE ? ESCAPE '\'"#, request.search.map { "%\(Self.escaped($0))%" })
        }

        private mutating func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            sql += " " + condition
            arguments.append(value)
        }

        private static func escaped(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
        }
    }
}

extension ListRequest {
    fileprivate func scope(of caller: Caller, in db: Database) throws -> DealScope {
        query.deleted == nil ? try DealScope(caller, in: db) : DealScope(deletedFor: caller)
    }
}

extension ListSort {
    fileprivate func column(in scope: DealScope) -> String {
        switch self {
        case .newestChange, .oldestChange: scope.updated
        case .codeName, .codeNameDescending: "d.code_key"
        case .number, .numberDescending: "d.number_order"
        }
    }
}
