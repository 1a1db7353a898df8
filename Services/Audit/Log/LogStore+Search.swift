import Contracts
import Foundation
import GRDB
import Storage

extension LogStore {
    /// Keeps a page below the largest frame of the RPC; a page ends early where its entries are that large.
    static let pageBytesMax = 2 << 20
    /// Nobody reads further than this, and counting a whole log takes long.
    static let countMax = 10_000

    func page(_ search: LogSearch) async throws -> AuditPage {
        try await store.read { db in
            var page = AuditPage(items: [], nextCursor: nil)
            if search.counts {
                let found = try Self.count(search, max: Self.countMax + 1, in: db)
                page.total = min(found, Self.countMax)
                if found > Self.countMax { page.hasMoreThanTotal = true }
            }
            let rows = try Self.rows(of: search, in: db)
            var bytesLeft = Self.pageBytesMax
            while let row = try rows.next() {
                let (entry, bytes) = try EntryReader.measured(row, in: db)
                bytesLeft -= bytes
                guard page.items.count < search.limit, bytesLeft >= 0 || page.items.isEmpty else {
                    page.nextCursor = page.items.last.map { LogSearch.cursor(after: $0.seq) }
                    return page
                }
                page.items.append(entry)
            }
            return page
        }
    }

    /// One row more than the limit, which tells whether there is a next page.
    static func rows(of search: LogSearch, in db: Database) throws -> RowCursor {
        let query = SearchSQL(search, isPage: true)
        let order = search.isNewestFirst ? "DESC" : "ASC"
        // The inner query sorts row numbers only and is answered from an index alone when there is one filter.
        return try Row.fetchCursor(
            db,
            sql: """
                SELECT \(EntryReader.columns) FROM entry WHERE seq IN (\(query.sql) ORDER BY 1 \(order) LIMIT ?)
                ORDER BY seq \(order)
                """, arguments: query.values + [search.limit + 1])
    }

    /// How many entries fit; looks at no more than this many.
    static func count(_ search: LogSearch, max: Int, in db: Database) throws -> Int {
        let query = SearchSQL(search, isPage: false)
        let sql = "SELECT count(*) FROM (\(query.sql) LIMIT ?)"
        return try Int.fetchOne(db, sql: sql, arguments: query.values + [max]) ?? 0
    }
}
