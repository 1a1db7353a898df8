import Contracts
import Foundation
import GRDB
import Storage
import TransparencyLog

extension LogStore {
    /// Keeps a page below the largest frame of the RPC; a page ends early where its entries are that large.
    static let pageBytesMax = 2 << 20

    func page(_ search: LogSearch) async throws -> AuditPage {
        try await store.read { db in
            let rows = try Self.rows(of: search, in: db)
            var items: [AuditEntry] = []
            var bytesLeft = Self.pageBytesMax
            while let row = try rows.next() {
                let bytes: Data = row[1]
                bytesLeft -= bytes.count
                guard items.count < search.limit, bytesLeft >= 0 || items.isEmpty else {
                    return AuditPage(items: items, nextCursor: items.last.map { LogSearch.cursor(after: $0.seq) })
                }
                items.append(
                    AuditEntry(
                        seq: row[0], event: try EntryBytes.event(in: bytes), source: row[2], sourceSeq: row[3],
                        recordedAt: Instant(milliseconds: row[4]),
                        leafHash: MerkleHash.leaf(bytes).data.base64EncodedString()))
            }
            return AuditPage(items: items, nextCursor: nil)
        }
    }

    /// One row more than the limit, which tells whether there is a next page.
    private static func rows(of search: LogSearch, in db: Database) throws -> RowCursor {
        let (conditions, values) = conditions(of: search)
        let order = search.isNewestFirst ? "DESC" : "ASC"
        // The inner query sorts row numbers only and is answered from an index alone when there is one filter.
        return try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, bytes, source, source_seq, recorded_ms FROM entry
                WHERE seq IN (
                    SELECT seq FROM entry WHERE \(conditions.joined(separator: " AND ")) ORDER BY seq \(order) LIMIT ?)
                ORDER BY seq \(order)
                """, arguments: values + [search.limit + 1])
    }

    private static func conditions(of search: LogSearch) -> (sql: [String], values: StatementArguments) {
        var sql = ["TRUE"]
        var values = StatementArguments()
        func add(_ condition: String, _ bound: StatementArguments) {
            sql.append(condition)
            values += bound
        }
        if let after = search.after { add(search.isNewestFirst ? "seq < ?" : "seq > ?", [after]) }
        switch search.type {
        case .exactly(let type): add("type = ?", [type])
        // The plus turns the index off: most prefixes take in much of the log, and sorting all of it for one page costs
        // more than walking back from the newest entry.
        case .within(let types): add("+type >= ? AND +type < ?", [types.lowerBound, types.upperBound])
        case nil: break
        }
        if let actor = search.actor { add("actor_id = ?", [actor]) }
        if let subject = search.subject { add("(subject_id = ? OR subject_number = ?)", [subject, subject]) }
        if let from = search.from { add("time_ms >= ?", [from.milliseconds]) }
        if let to = search.to { add("time_ms < ?", [to.milliseconds]) }
        return (sql, values)
    }
}
