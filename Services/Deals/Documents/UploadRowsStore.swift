import Contracts
import Foundation
import GRDB

/// What is being uploaded. How many bytes of it are there, the disk knows (`DocumentShelf`): here it is always 0.
enum UploadRows {
    private static let columns = "id, series_id, type, title, file_name, media_type, size, sha256, started_ms"

    /// The caller's own on one deal, oldest first.
    static func list(of deal: UUID, by caller: Caller, in db: Database) throws -> [DocumentUpload] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(columns) FROM document_upload WHERE deal_id = ? AND started_by = ? AND started_ms > ?
                ORDER BY started_ms
                """)
        return try Row.fetchAll(statement, arguments: [deal, caller.id, oldest(caller.now)]).map(upload)
    }

    /// Nil for what is another deal's, another person's, or too old.
    static func upload(_ id: UUID, of deal: UUID, by caller: Caller, in db: Database) throws -> DocumentUpload? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(columns) FROM document_upload
                WHERE id = ? AND deal_id = ? AND started_by = ? AND started_ms > ?
                """)
        return try Row.fetchOne(statement, arguments: [id, deal, caller.id, oldest(caller.now)]).map(upload)
    }

    static func insert(_ upload: DocumentUpload, into deal: UUID, by caller: Caller, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO document_upload (deal_id, started_by, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            deal, caller.id, upload.id, upload.seriesId, upload.type.rawValue, upload.title, upload.fileName,
            upload.mediaType, upload.size, upload.sha256, upload.startedAt.milliseconds,
        ])
    }

    static func delete(_ id: UUID, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM document_upload WHERE id = ?").execute(arguments: [id])
    }

    static func deleteOld(_ now: Instant, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM document_upload WHERE started_ms <= ?").execute(arguments: [
            oldest(now)
        ])
    }

    /// Of one deal, whoever began them: how many, and how many bytes they will be.
    static func total(of deal: UUID, in db: Database) throws -> (count: Int, bytes: Int64) {
        let statement = try db.cachedStatement(
            sql: "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM document_upload WHERE deal_id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [deal]) else { return (0, 0) }
        return (row[0], row[1])
    }

    static func isKnown(_ id: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM document_upload WHERE id = ?)")
        return try Bool.fetchOne(statement, arguments: [id]) ?? false
    }

    private static func oldest(_ now: Instant) -> Int64 {
        now.advanced(bySeconds: -Int64(DocumentUpload.hoursMax) * 3600).milliseconds
    }

    private static func upload(_ row: Row) throws -> DocumentUpload {
        let started = Instant(milliseconds: row[8])
        return DocumentUpload(
            id: row[0], seriesId: row[1], type: try row.choice(2), title: row[3], fileName: row[4], mediaType: row[5],
            size: row[6], sha256: row[7], received: 0, startedAt: started,
            expiresAt: started.advanced(bySeconds: Int64(DocumentUpload.hoursMax) * 3600))
    }
}
