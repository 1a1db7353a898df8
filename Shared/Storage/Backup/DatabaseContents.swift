import Foundation
import GRDB

/// What a database file holds, counted: the same in the copy, in the manifest, and after a restore.
package struct DatabaseContents: Codable, Sendable, Hashable {
    /// The migrations that were applied, in their order.
    package var schema: [String]
    package var pageSize: Int
    /// By table; virtual tables and their shadows are left out.
    package var rows: [String: Int64]
    package var events: EventPositions

    /// Opens a file that nothing else has open, runs SQLite's own checks on all of it, and leaves it as one plain file.
    /// Blocks for as long as reading all of it takes. Throws `BackupError.damaged`.
    static func checked(_ path: String, of backup: String) throws -> DatabaseContents {
        do {
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let contents = try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE")
                try checkWhole(db, of: backup)
                return try DatabaseContents(db)
            }
            try queue.close()
            return contents
        } catch let error as DatabaseError {
            throw BackupError.damaged(path: backup, reason: error.message ?? "SQLite cannot read it")
        }
    }

    private static func checkWhole(_ db: Database, of backup: String) throws {
        let found = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
        guard found == "ok" else {
            throw BackupError.damaged(path: backup, reason: "integrity_check says \(found ?? "nothing")")
        }
        if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
            let table: String = row[0]
            throw BackupError.damaged(path: backup, reason: "a row of \(table) refers to one that is not there")
        }
    }

    init(_ db: Database) throws {
        pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        let tables = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM pragma_table_list
                WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
                """)
        rows = [:]
        for table in tables {
            rows[table] = try Int64.fetchOne(db, sql: "SELECT count(*) FROM \(table.quotedDatabaseIdentifier)")
        }
        schema =
            tables.contains("grdb_migrations")
            ? try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid") : []
        events = try EventPositions(db)
    }
}
