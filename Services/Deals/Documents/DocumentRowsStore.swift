import Contracts
import Foundation
import GRDB
import RPC

/// The register's rows. Who may see them is asked before: they belong to their deal.
enum DocumentRows {
    private static let columns = """
        id, series_id, version_no, supersedes, type, title, file_name, media_type, size, sha256, link, added_by, added_ms
        """
    /// Whether there is no later version of the document that is not removed.
    private static let isCurrent = """
        NOT EXISTS (SELECT 1 FROM document n
            WHERE n.series_id = d.series_id AND n.version_no > d.version_no AND n.removed_ms IS NULL)
        """
    private static let selected = "SELECT \(columns), \(isCurrent) FROM document d"

    /// Those of one deal that are not removed, newest first.
    static func list(of deal: UUID, in db: Database) throws -> [DealDocument] {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE deal_id = ? AND removed_ms IS NULL ORDER BY added_ms DESC, id DESC")
        return try Row.fetchAll(statement, arguments: [deal]).map(document)
    }

    /// - Throws: the same `notFound` for one that is not there, is removed, or is another deal's.
    static func document(_ id: UUID, of deal: UUID, in db: Database) throws -> DealDocument {
        guard let document = try known(id, of: deal, in: db) else { throw RPCFault.notFound("document") }
        return document
    }

    static func known(_ id: UUID, of deal: UUID, in db: Database) throws -> DealDocument? {
        let statement = try db.cachedStatement(sql: "\(selected) WHERE id = ? AND deal_id = ? AND removed_ms IS NULL")
        return try Row.fetchOne(statement, arguments: [id, deal]).map(document)
    }

    /// The last version of a document, removed or not: numbers are not given twice.
    static func last(of series: UUID, in db: Database) throws -> DealDocument? {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE series_id = ? ORDER BY version_no DESC LIMIT 1")
        return try Row.fetchOne(statement, arguments: [series]).map(document)
    }

    static func insert(_ document: DealDocument, into deal: UUID, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO document (deal_id, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            deal, document.id, document.seriesId, document.versionNo, document.supersedes, document.type.rawValue,
            document.title, document.fileName, document.mediaType, document.size, document.sha256, document.link,
            document.addedBy, document.addedAt.milliseconds,
        ])
    }

    static func remove(_ id: UUID, reason: String, by caller: Caller, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE document SET removed_ms = max(?, added_ms), removed_by = ?, removal_reason = ?
                WHERE id = ? AND removed_ms IS NULL
                """)
        try statement.execute(arguments: [caller.now.milliseconds, caller.id, reason, id])
    }

    static func has(_ type: DocumentType, deal: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM document WHERE deal_id = ? AND type = ? AND removed_ms IS NULL)")
        return try Bool.fetchOne(statement, arguments: [deal, type.rawValue]) ?? false
    }

    static func count(of deal: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "SELECT COUNT(*) FROM document WHERE deal_id = ? AND removed_ms IS NULL")
        return try Int.fetchOne(statement, arguments: [deal]) ?? 0
    }

    /// Of all files, those of removed documents too: they stay where they are.
    static func bytes(of deal: UUID, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: "SELECT COALESCE(SUM(size), 0) FROM document WHERE deal_id = ? AND link IS NULL")
        return try Int64.fetchOne(statement, arguments: [deal]) ?? 0
    }

    static func isKnown(_ id: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM document WHERE id = ?)")
        return try Bool.fetchOne(statement, arguments: [id]) ?? false
    }

    private static func document(_ row: Row) throws -> DealDocument {
        DealDocument(
            id: row[0], seriesId: row[1], versionNo: row[2], supersedes: row[3], isCurrent: row[13],
            type: try row.choice(4), title: row[5], fileName: row[6], mediaType: row[7], size: row[8], sha256: row[9],
            link: row[10], addedBy: row[11], addedAt: Instant(milliseconds: row[12]))
    }
}
