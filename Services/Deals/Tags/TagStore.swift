import Contracts
import GRDB
import RPC
import Storage

/// The index over the tags of deals.
struct TagStore: Sendable {
    let store: Store

    /// No text that begins otherwise is as great as a text with this at its end.
    private static let last = "\u{10FFFF}"

    /// Of deals that the caller may see, and no others: a tag by itself can tell that there is a deal.
    func list(beginningWith prefix: String, limit: Int, by caller: Caller) async throws -> TagList {
        try await store.read { db in
            let scope = try DealScope(caller, in: db)
            // Compliance sees nearly all deals, so it looks at each tag's; others look at the tags of their own deals.
            let isSeen =
                caller.role == .compliance
                ? "EXISTS (SELECT 1 \(scope.sql) AND d.id = g.deal_id)" : "g.deal_id IN (SELECT d.id \(scope.sql))"
            let statement = try db.cachedStatement(
                sql: """
                    SELECT g.tag FROM deal_tag g WHERE \(isSeen) AND g.tag >= ? AND g.tag < ?
                    GROUP BY g.tag ORDER BY g.tag LIMIT ?
                    """)
            let arguments = StatementArguments(scope.arguments + [prefix, prefix + Self.last, limit])
            return TagList(items: try String.fetchAll(statement, arguments: arguments))
        }
    }
}
