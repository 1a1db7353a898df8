import Foundation
package import GRDB
package import Logging

/// All sealed values of a service's file, whatever table they stand in.
package struct SealedStore: Sendable {
    let box: SecretBox
    let columns: [SealedColumn]
    /// Whether the values in the file are sealed yet.
    private let isSealed: @Sendable (Database) throws -> Bool

    package init(
        box: SecretBox, columns: [SealedColumn], isSealed: @escaping @Sendable (Database) throws -> Bool = { _ in true }
    ) {
        self.box = box
        self.columns = columns
        self.isSealed = isSealed
    }

    /// For a file that nothing was written to yet. One from before values were sealed fits any key.
    /// - Throws: `SealingError` for the first value that does not open.
    package func check(_ db: Database) throws {
        guard try isSealed(db) else { return }
        for column in columns {
            for cell in try Self.cells(of: column, in: db) {
                _ = try box.open(cell.sealed, in: column, of: cell.row)
            }
        }
    }

    /// Seals anew what the previous key sealed, all of it or nothing. Then, or when the schema has just sealed what lay there
    /// in clear, rewrites the file: a page that was let go may hold the old value for years.
    package func renew(in store: Store, logger: Logger) async throws {
        try await store.write { db in
            if try sealAnew(in: db) > 0 { try Self.setRemains(true, in: db) }
        }
        guard try await store.read(Self.hasRemains) else { return }
        try await store.scrub()
        let count = try await store.write { db in
            try Self.setRemains(false, in: db)
            return try columns.reduce(0) { try $0 + Self.cells(of: $1, in: db).count }
        }
        logger.notice(
            "secrets sealed anew, and nothing of what was there before is left in the file",
            metadata: ["secrets.count": "\(count)", "secrets.key": "\(box.current.name)"])
    }

    private func sealAnew(in db: Database) throws -> Int {
        var count = 0
        for column in columns {
            for cell in try Self.cells(of: column, in: db) where box.isOld(cell.sealed) {
                let secret = try box.open(cell.sealed, in: column, of: cell.row)
                try db.execute(
                    sql:
                        "UPDATE \(column.table) SET \(column.value) = ? WHERE \(column.id) = ? AND \(column.value) = ?",
                    arguments: [try box.seal(secret, in: column, of: cell.row), cell.id, cell.sealed])
                count += 1
            }
        }
        return count
    }
}

extension SealedStore {
    private struct Cell {
        let id: DatabaseValue
        /// The id as text.
        let row: String
        let sealed: Data
    }

    private static func cells(of column: SealedColumn, in db: Database) throws -> [Cell] {
        // A check may see a file whose schema is yet to be brought up to date.
        guard try db.tableExists(column.table) else { return [] }
        let (id, value) = (column.id, column.value)
        return try Row.fetchAll(db, sql: "SELECT \(id), \(value) FROM \(column.table) WHERE \(value) IS NOT NULL").map {
            let id: DatabaseValue = $0[0]
            var uuid: String?
            if case .blob = id.storage { uuid = UUID.fromDatabaseValue(id)?.uuidString.lowercased() }
            return Cell(id: id, row: uuid ?? String.fromDatabaseValue(id) ?? "", sealed: $0[1])
        }
    }

    /// Stands in the file's `user_version`, so that a start that was cut short is made up for by the next one.
    package static func setRemains(_ isLeft: Bool, in db: Database) throws {
        try db.execute(sql: "PRAGMA user_version = \(isLeft ? 1 : 0)")
    }

    @Sendable private static func hasRemains(in db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "PRAGMA user_version") == 1
    }
}
