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
    /// A page ends early when its deals are long, so that it always fits into a frame of the RPC.
    private static let bytesMax = 1 << 20

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
        let scope = Scope(caller)
        let key = scope.key(request.sort)
        let filter = Filter(request, key: key, id: scope.id)
        let order = request.sort.isDescending ? "DESC" : "ASC"
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.id, d.version, \(key) \(scope.sql) \(filter.sql) \(filter.afterSQL)
                ORDER BY \(key) \(order), \(scope.id) \(order) LIMIT ?
                """)
        // One row more than asked tells whether there is a next page.
        let arguments = StatementArguments(
            scope.arguments + filter.arguments + filter.afterArguments + [request.limit + 1])
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        var out = ByteBuffer()
        out.reserveCapacity(request.limit * 1024)
        out.writeStaticString(#"{"items":["#)
        var count = 0
        var cold = 0
        var last: ListCursor?
        var hasMore = false
        while let row = try rows.next() {
            guard count < request.limit, out.readableBytes < Self.bytesMax else {
                hasMore = true
                break
            }
            let id: UUID = row[0]
            let body: ByteBuffer
            if let known = bodies.body(of: id, version: row[1]) {
                body = known
            } else {
                cold += 1
                guard cold <= coldMax else { return nil }
                // Gone since the row before was read: then it is not on the page.
                guard let deal = try DealRows.deal(id, in: db) else { continue }
                body = try bodies.encode(deal)
            }
            if count > 0 { out.writeInteger(UInt8(ascii: ",")) }
            out.writeImmutableBuffer(body)
            count += 1
            last = ListCursor(sort: request.sort, key: request.sort.isByText ? .text(row[2]) : .number(row[2]), id: id)
        }
        out.writeStaticString("]")
        if hasMore, let last { out.writeString(#","nextCursor":"\#(try last.encoded())""#) }
        if request.query.count == true {
            out.writeString(#","total":\#(try Self.count(request, by: caller, in: db))"#)
        }
        out.writeStaticString("}")
        return out
    }

    private static func count(_ request: ListRequest, by caller: Caller, in db: Database) throws -> Int {
        let scope = Scope(caller)
        let filter = Filter(request, key: scope.key(request.sort), id: scope.id)
        let statement = try db.cachedStatement(sql: "SELECT COUNT(*) \(scope.sql) \(filter.sql)")
        return try Int.fetchOne(statement, arguments: StatementArguments(scope.arguments + filter.arguments)) ?? 0
    }

    /// Which deals the caller may see: what `Access` says about one deal, said about all.
    private struct Scope {
        let sql: String
        let arguments: [(any DatabaseValueConvertible)?]
        let id: String
        private let updated: String

        /// Members walk their own rows of the team table, compliance walks the deals; each in the order of its index.
        init(_ caller: Caller) {
            switch caller.role {
            case .compliance:
                sql = """
                    FROM deal d WHERE d.deleted_ms IS NULL AND (d.confidentiality <> 'secret' OR EXISTS (
                        SELECT 1 FROM team_member m
                        WHERE m.deal_id = d.id AND m.user_id = ? AND m.removed_ms IS NULL))
                    """
                (id, updated) = ("d.id", "d.updated_ms")
                arguments = [caller.id]
            case .banker, .observer:
                // CROSS JOIN keeps the team table outside, whatever the planner guesses of the tables' sizes.
                sql = """
                    FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id
                    WHERE m.user_id = ? AND m.removed_ms IS NULL AND d.deleted_ms IS NULL
                    """
                (id, updated) = ("m.deal_id", "m.deal_updated_ms")
                arguments = [caller.id]
            case .admin, .management:
                sql = "FROM deal d WHERE FALSE"
                (id, updated) = ("d.id", "d.updated_ms")
                arguments = []
            }
        }

        func key(_ sort: ListSort) -> String {
            switch sort {
            case .newestChange, .oldestChange: updated
            case .codeName, .codeNameDescending: "d.code_key"
            case .number, .numberDescending: "d.number_order"
            }
        }
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
