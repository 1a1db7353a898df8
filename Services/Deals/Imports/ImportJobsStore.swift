import Contracts
import Foundation
import GRDB
import RPC

/// An import as it is kept, and for whom work on it is done.
struct ImportRecord: Sendable {
    var job: ImportJob
    let owner: UUID
    let sha256: String
    /// Of the request that asked for the present step: what is done bears its marks.
    var session: UUID
    var address: String?
    var requestID: String?

    /// A step begins, asked for by the caller.
    mutating func begin(_ state: ImportState, by caller: Caller) {
        job.state = state
        job.progress = 0
        job.fault = nil
        session = caller.context.identity?.session ?? session
        address = caller.context.clientAddress
        requestID = caller.context.requestID
    }
}

/// The table `import_job`, row by row.
enum ImportJobs {
    private static let columns = """
        id, version, state, owner, session, address, request_id, file_name, size, sha256, separator, columns, mapping,
        row_count, progress, counts, fault, created_ms, updated_ms, expires_ms
        """
    private static let selected = "SELECT \(columns) FROM import_job"

    /// - Throws: the same `notFound` for one that is not there, is being removed, or is another person's.
    static func own(_ id: UUID, of caller: Caller, in db: Database) throws -> ImportRecord {
        let statement = try db.cachedStatement(sql: "\(selected) WHERE id = ? AND owner = ? AND state <> 'removing'")
        guard let row = try Row.fetchOne(statement, arguments: [id, caller.id]) else {
            throw RPCFault.notFound("import")
        }
        return try record(row)
    }

    /// The newest first.
    static func list(of caller: Caller, in db: Database) throws -> [ImportRecord] {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE owner = ? AND state <> 'removing' ORDER BY created_ms DESC LIMIT ?")
        return try Row.fetchAll(statement, arguments: [caller.id, ImportRules.importsMax]).map(record)
    }

    /// Nil unless it stands there.
    static func known(_ id: UUID, _ state: ImportState, in db: Database) throws -> ImportRecord? {
        let statement = try db.cachedStatement(sql: "\(selected) WHERE id = ? AND state = ?")
        return try Row.fetchOne(statement, arguments: [id, state.rawValue]).map(record)
    }

    private static let atWork = "state IN ('reading', 'validating', 'committing', 'reverting', 'removing')"

    /// What has waited longest for work, so that several take turns.
    static func next(in db: Database) throws -> UUID? {
        let statement = try db.cachedStatement(
            sql: "SELECT id FROM import_job WHERE \(atWork) ORDER BY updated_ms LIMIT 1")
        return try UUID.fetchOne(statement)
    }

    static func record(_ id: UUID, in db: Database) throws -> ImportRecord? {
        try Row.fetchOne(db.cachedStatement(sql: "\(selected) WHERE id = ?"), arguments: [id]).map(record)
    }

    /// Whatever else stands in it: also when that cannot be read.
    static func halt(_ id: UUID, _ fault: ImportFault, at now: Instant, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE import_job SET state = 'halted', fault = ?, version = version + 1, updated_ms = max(updated_ms, ?)
                WHERE id = ? AND \(atWork)
                """
        ).execute(arguments: [try RowJSON.text(fault), now.milliseconds, id])
    }

    /// Those that nobody asks for any more are removed next, up to a hundred of them.
    /// - Returns: how many there were.
    static func expire(_ now: Instant, in db: Database) throws -> Int {
        try db.cachedStatement(
            sql: """
                UPDATE import_job SET state = 'removing', version = version + 1, updated_ms = max(updated_ms, ?1)
                WHERE id IN (SELECT id FROM import_job WHERE expires_ms <= ?1 AND NOT \(atWork)
                    ORDER BY expires_ms LIMIT 100)
                """
        ).execute(arguments: [now.milliseconds])
        return db.changesCount
    }

    /// Those of the files that belong to no import.
    static func orphans(among files: [ShelfFile], in db: Database) throws -> [ShelfFile] {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM import_job WHERE id = ?)")
        return try files.filter { try Bool.fetchOne(statement, arguments: [$0.id]) != true }
    }

    static func insert(_ record: ImportRecord, in db: Database) throws {
        let places = Array(repeating: "?", count: 20).joined(separator: ", ")
        try db.cachedStatement(sql: "INSERT INTO import_job (\(columns)) VALUES (\(places))")
            .execute(arguments: StatementArguments(try values(record)))
    }

    /// Counts the version up.
    static func save(_ record: inout ImportRecord, at now: Instant, in db: Database) throws {
        record.job.version += 1
        record.job.updatedAt = max(now, record.job.updatedAt)
        let job = record.job
        let statement = try db.cachedStatement(
            sql: """
                UPDATE import_job SET version = ?, state = ?, session = ?, address = ?, request_id = ?, columns = ?,
                    mapping = ?, row_count = ?, progress = ?, counts = ?, fault = ?, updated_ms = ?, expires_ms = ?
                WHERE id = ? AND version = ?
                """)
        let arguments: [(any DatabaseValueConvertible)?] = [
            job.version, job.state.rawValue, record.session, record.address, record.requestID,
            try RowJSON.text(job.columns), try job.mapping.map(RowJSON.text), job.rows, job.progress,
            try RowJSON.text(job.counts), try job.fault.map(RowJSON.text), job.updatedAt.milliseconds,
            job.expiresAt.milliseconds, job.id, job.version - 1,
        ]
        try statement.execute(arguments: StatementArguments(arguments))
        // Read in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
    }

    static func delete(_ id: UUID, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM import_job WHERE id = ?").execute(arguments: [id])
    }

    private static func values(_ record: ImportRecord) throws -> [(any DatabaseValueConvertible)?] {
        let job = record.job
        return [
            job.id, job.version, job.state.rawValue, record.owner, record.session, record.address, record.requestID,
            job.fileName, job.size, record.sha256, job.separator.rawValue, try RowJSON.text(job.columns),
            try job.mapping.map(RowJSON.text), job.rows, job.progress, try RowJSON.text(job.counts),
            try job.fault.map(RowJSON.text), job.createdAt.milliseconds, job.updatedAt.milliseconds,
            job.expiresAt.milliseconds,
        ]
    }

    private static func record(_ row: Row) throws -> ImportRecord {
        let job = ImportJob(
            id: row[0], state: try row.choice(2), fileName: row[7], size: row[8], separator: try row.choice(10),
            columns: try RowJSON.value(row[11]), fields: ImportFields.all, mapping: try RowJSON.optional(row[12]),
            rows: row[13], progress: row[14], counts: try RowJSON.value(row[15]), fault: try RowJSON.optional(row[16]),
            createdAt: Instant(milliseconds: row[17]), updatedAt: Instant(milliseconds: row[18]),
            expiresAt: Instant(milliseconds: row[19]), version: row[1])
        return ImportRecord(
            job: job, owner: row[3], sha256: row[9], session: row[4], address: row[5], requestID: row[6])
    }
}

/// Values of this service's own making, kept as JSON in a column.
enum RowJSON {
    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try StrictJSON.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    static func optional<Value: Decodable>(_ text: String?) throws -> Value? {
        guard let text else { return nil }
        return try value(text)
    }
}
