package import GRDB
import GRDBSQLite

/// The rows of a query whose values are looked at where SQLite has them, for those who read all of a large table:
/// **measured**, GRDB's own rows cost an allocation for each text and BLOB, half of what verifying a log takes.
package struct RawRows {
    private let statement: Statement
    private let cursor: RowCursor

    package init(_ db: Database, sql: String) throws {
        statement = try db.makeStatement(sql: sql)
        cursor = try Row.fetchCursor(statement)
    }

    /// The next row, which is gone at the next call.
    package func next() throws -> RawRow? {
        try cursor.next() == nil ? nil : RawRow(statement: statement.sqliteStatement)
    }
}

/// A row, for as long as its statement stands on it.
package struct RawRow {
    let statement: SQLiteStatement

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    /// Nil for whatever is no integer.
    package func integer(_ column: Int32) -> Int64? {
        guard sqlite3_column_type(statement, column) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(statement, column)
    }

    /// Of a text, in UTF-8, or a BLOB; none for NULL. Gone with the row.
    package func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }
}
