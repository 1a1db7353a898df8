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
        let statement = try DealListStatement(request, by: caller, in: db)
        var page = DealPageText(limit: request.limit)
        var cold = 0
        var last: ListCursor?
        var rows = try PageRows(statement, Self.prepared(statement.page, of: request, in: db))
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
            page.add(try request.fields.map { try $0.part(of: body) } ?? body)
            if !request.includes.isEmpty {
                page.add(inclusion: try InclusionStore.inclusion(request.includes, of: id, in: db))
            }
            if page.isFull { last = statement.place(of: row) }
        }
        return try page.end(
            next: hasMore ? last?.encoded() : nil,
            total: request.counts ? Self.count(statement, of: request, in: db) : nil)
    }

    /// All deals that fit, in their order, for who goes through them one by one.
    /// - Parameter max: when there are more, one more than that is answered.
    func matches(_ request: ListRequest, max: Int, by caller: Caller) async throws -> [ListMatch] {
        try await store.read { db in
            let statement = try DealListStatement(request, by: caller, in: db)
            let arguments = StatementArguments(statement.matchArguments + [max + 1])
            return try Row.fetchAll(db.makeStatement(sql: statement.matches), arguments: arguments).map {
                ListMatch(id: $0[0], isSecret: $0[1])
            }
        }
    }

    private static func count(
        _ statement: DealListStatement, of request: ListRequest, in db: Database
    ) throws -> Int {
        try Int.fetchOne(
            prepared(statement.count, of: request, in: db), arguments: StatementArguments(statement.countArguments))
            ?? 0
    }

    /// The statements of searches have as many forms as there are filters, and a connection keeps what it is given to
    /// keep.
    private static func prepared(_ sql: String, of request: ListRequest, in db: Database) throws -> Statement {
        request.isOfTheList ? try db.cachedStatement(sql: sql) : try db.makeStatement(sql: sql)
    }
}

/// The rows of a page, step by step.
private struct PageRows {
    private let statement: Statement
    private var steps: ArraySlice<DealListStatement.Arguments>
    private var rows: RowCursor?

    init(_ page: DealListStatement, _ statement: Statement) {
        self.statement = statement
        steps = page.pageSteps[...]
    }

    mutating func next() throws -> Row? {
        while true {
            if let row = try rows?.next() { return row }
            guard let step = steps.popFirst() else { return nil }
            rows = try Row.fetchCursor(statement, arguments: StatementArguments(step))
        }
    }
}

/// A deal that fits a question.
struct ListMatch: Sendable, Hashable {
    let id: UUID
    let isSecret: Bool
}
