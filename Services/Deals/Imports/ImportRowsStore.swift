import Contracts
import Foundation
import GRDB
import RPC

/// A row as it is kept.
struct KeptRow: Sendable {
    let number: Int
    let line: Int
    let cells: [String]
    var outcome: ImportRowOutcome?
    var errors: [FieldFault] = []
    var dealID: UUID?
    var dealVersion: Int64?
    var undo: ImportUndo?

    var shown: ImportRow {
        ImportRow(row: number, line: line, outcome: outcome, cells: cells, dealId: dealID, errors: errors)
    }
}

/// The table `import_row`. Who may see the rows is asked before: they belong to their import.
enum ImportRows {
    private static let selected = """
        SELECT row_no, line, cells, outcome, errors, deal_id, deal_version, undo FROM import_row
        """
    /// Named, because the planner would rather walk over all rows that are done with.
    private static let byOutcome = "INDEXED BY import_row_by_outcome"
    private static let byErrors = "INDEXED BY import_row_with_errors"

    /// Written twice to the same effect: reading that broke off begins anew.
    static func write(_ rows: [CSVRow], from first: Int, of job: UUID, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO import_row (job_id, row_no, line, cells) VALUES (?, ?, ?, ?)
                ON CONFLICT (job_id, row_no) DO UPDATE SET line = excluded.line, cells = excluded.cells
                """)
        for (index, row) in rows.enumerated() {
            try statement.execute(arguments: [job, first + index, row.line, try RowJSON.text(row.cells)])
        }
    }

    /// The next ones in the order of the file.
    static func after(_ number: Int, limit: Int, of job: UUID, in db: Database) throws -> [KeptRow] {
        try fetch("WHERE job_id = ? AND row_no > ? ORDER BY row_no LIMIT ?", [job, number, limit], in: db)
    }

    static func with(
        _ outcome: ImportRowOutcome, after number: Int, limit: Int, of job: UUID, in db: Database
    ) throws -> [KeptRow] {
        try fetch(
            "\(byOutcome) WHERE job_id = ? AND outcome = ? AND row_no > ? ORDER BY row_no LIMIT ?",
            [job, outcome.rawValue, number, limit], in: db)
    }

    /// The last ones first, so that what was done last is undone first.
    static func last(_ outcome: ImportRowOutcome, limit: Int, of job: UUID, in db: Database) throws -> [KeptRow] {
        try fetch(
            "\(byOutcome) WHERE job_id = ? AND outcome = ? ORDER BY row_no DESC LIMIT ?",
            [job, outcome.rawValue, limit], in: db)
    }

    static func withErrors(after number: Int, limit: Int, of job: UUID, in db: Database) throws -> [KeptRow] {
        try fetch(
            "\(byErrors) WHERE job_id = ? AND row_no > ? AND errors IS NOT NULL ORDER BY row_no LIMIT ?",
            [job, number, limit],
            in: db)
    }

    static func save(_ row: KeptRow, of job: UUID, in db: Database) throws {
        // Only the indexes of the columns that are named are written anew: this is what most rows come to.
        if row.outcome == .created, row.errors.isEmpty, row.undo == nil {
            return try db.cachedStatement(
                sql: """
                    UPDATE import_row SET outcome = ?, deal_id = ?, deal_version = ? WHERE job_id = ? AND row_no = ?
                    """
            ).execute(arguments: [row.outcome?.rawValue, row.dealID, row.dealVersion, job, row.number])
        }
        let statement = try db.cachedStatement(
            sql: """
                UPDATE import_row SET outcome = ?, errors = ?, deal_id = ?, deal_version = ?, undo = ?
                WHERE job_id = ? AND row_no = ?
                """)
        try statement.execute(arguments: [
            row.outcome?.rawValue, row.errors.isEmpty ? nil : RowJSON.text(row.errors), row.dealID,
            row.dealVersion, try row.undo.map(RowJSON.text), job, row.number,
        ])
    }

    /// What came of a row's validation, and what no other row of the file may be called.
    static func saveValidated(
        _ number: Int, _ errors: [FieldFault], name: String?, identity: String?, of job: UUID, in db: Database
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE import_row SET outcome = ?, errors = ?, name_key = ?, identity_key = ?
                WHERE job_id = ? AND row_no = ?
                """)
        let outcome: ImportRowOutcome = errors.isEmpty ? .valid : .invalid
        try statement.execute(arguments: [
            outcome.rawValue, errors.isEmpty ? nil : RowJSON.text(errors), name, identity, job, number,
        ])
    }

    /// Whether an earlier row has the name.
    static func hasName(_ name: String, before number: Int, of job: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM import_row WHERE job_id = ? AND name_key = ? AND row_no < ?)")
        return try Bool.fetchOne(statement, arguments: [job, name, number]) ?? false
    }

    /// Whether an earlier row is of the same deal.
    static func hasIdentity(_ identity: String, before number: Int, of job: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM import_row WHERE job_id = ? AND identity_key = ? AND row_no < ?)")
        return try Bool.fetchOne(statement, arguments: [job, identity, number]) ?? false
    }

    /// - Returns: false when there was none left.
    static func delete(_ limit: Int, of job: UUID, in db: Database) throws -> Bool {
        try db.cachedStatement(
            sql: """
                DELETE FROM import_row WHERE job_id = ?1 AND row_no IN (
                    SELECT row_no FROM import_row WHERE job_id = ?1 ORDER BY row_no LIMIT ?2)
                """
        ).execute(arguments: [job, limit])
        return db.changesCount > 0
    }

    private static func fetch(
        _ conditions: String, _ arguments: [(any DatabaseValueConvertible)?], in db: Database
    ) throws -> [KeptRow] {
        let statement = try db.cachedStatement(sql: "\(selected) \(conditions)")
        return try Row.fetchAll(statement, arguments: StatementArguments(arguments)).map { row in
            KeptRow(
                number: row[0], line: row[1], cells: try RowJSON.value(row[2]), outcome: try row.optionalChoice(3),
                errors: try RowJSON.optional(row[4]) ?? [], dealID: row[5], dealVersion: row[6],
                undo: try RowJSON.optional(row[7]))
        }
    }
}
