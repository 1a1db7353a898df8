import Contracts
import Foundation
import GRDB
import Testing
import TransparencyLog

@testable import audit

/// One change behind the log's back, and how to take it back.
private struct Tampering: CustomStringConvertible {
    /// Columns for which something vouches, by their table. Not among them: when a row was written.
    static let columns: [String: [String]] = [
        "entry": [
            "bytes", "event_id", "time_ms", "type", "actor_id", "subject_id", "subject_number", "source", "source_seq",
        ],
        "node": ["hashes"], "checkpoint": ["root", "note"], "inbox": ["seq"],
        "facet": ["outcome", "subject_kind", "request_id", "trace_id"], "personal": ["salt", "value"],
        "redaction": ["told_by", "at_ms", "actor_id", "reason"], "minimum": ["seq"],
    ]
    static let keys = [
        "entry": ["seq"], "node": ["seq"], "checkpoint": ["size"], "inbox": ["source"], "facet": ["seq"],
        "personal": ["seq", "path"], "redaction": ["seq", "path"], "minimum": ["id"],
    ]

    let description: String
    let apply: (Database) throws -> Void
    let undo: (Database) throws -> Void

    /// A byte of a value becomes another one.
    static func change(in db: Database) throws -> Tampering? {
        guard let table = columns.keys.sorted().randomElement(), let column = columns[table]?.randomElement(),
            let key = keys[table], let row = try anyRow(of: table, in: db)
        else { return nil }
        let old: DatabaseValue = row[column]
        let (condition, ids) = place(of: row, key)
        let (new, cast) = try changed(old)
        let update = "UPDATE \(table) SET \(column) = \(cast) WHERE \(condition)"
        let back = "UPDATE \(table) SET \(column) = ? WHERE \(condition)"
        return Tampering(
            description: "\(update) (\(ids)): \(old) to \(new)",
            apply: { try $0.execute(sql: update, arguments: StatementArguments([new] + ids)) },
            undo: { try $0.execute(sql: back, arguments: StatementArguments([old] + ids)) })
    }

    private static func place(of row: Row, _ key: [String]) -> (condition: String, ids: [DatabaseValue]) {
        (key.map { "\($0) = ?" }.joined(separator: " AND "), key.map { row[$0] })
    }

    private static func changed(_ old: DatabaseValue) throws -> (DatabaseValue, cast: String) {
        func other(_ bytes: Data) -> Data {
            var bytes = bytes
            bytes[Int.random(in: bytes.indices)] ^= UInt8.random(in: 1...255)
            return bytes
        }
        switch old.storage {
        case .blob(let bytes): return (other(bytes).databaseValue, "?")
        case .string(let text): return (other(Data(text.utf8)).databaseValue, "CAST(? AS TEXT)")
        case .int64(let number):
            return ((number ^ (1 << Int64.random(in: 0..<40))).databaseValue, "?")
        case .null, .double: return ("x".databaseValue, "?")
        }
    }

    /// A row is gone. Of checkpoints the newest alone: later ones vouch for all that an earlier one did.
    static func deletion(in db: Database) throws -> Tampering? {
        let tables = ["entry", "node", "checkpoint", "personal", "redaction"]
        guard let table = tables.randomElement(), let key = keys[table] else { return nil }
        let newest = try Row.fetchOne(db, sql: "SELECT * FROM checkpoint ORDER BY size DESC LIMIT 1")
        guard let row = table == "checkpoint" ? newest : try anyRow(of: table, in: db) else { return nil }
        let (condition, ids) = place(of: row, key)
        let marks = row.columnNames.map { _ in "?" }.joined(separator: ", ")
        return Tampering(
            description: "\(table) \(ids) deleted",
            apply: {
                try $0.execute(sql: "DELETE FROM \(table) WHERE \(condition)", arguments: StatementArguments(ids))
            },
            undo: {
                try $0.execute(
                    sql: "INSERT INTO \(table) VALUES (\(marks))", arguments: StatementArguments(row.databaseValues))
            })
    }

    /// Two rows change places.
    static func exchange(in db: Database) throws -> Tampering? {
        guard let table = ["entry", "node"].randomElement(),
            let first = try anyRow(of: table, in: db)?["seq"] as Int64?,
            let second = try anyRow(of: table, in: db)?["seq"] as Int64?, first != second
        else { return nil }
        let swap: (Database) throws -> Void = { db in
            for (from, to) in [(first, 1 << 40), (second, first), (1 << 40, second)] as [(Int64, Int64)] {
                try db.execute(sql: "UPDATE \(table) SET seq = ? WHERE seq = ?", arguments: [to, from])
            }
        }
        return Tampering(description: "\(table) \(first) and \(second) exchanged", apply: swap, undo: swap)
    }

    private static func anyRow(of table: String, in db: Database) throws -> Row? {
        try Row.fetchOne(db, sql: "SELECT * FROM \(table) ORDER BY random() LIMIT 1")
    }
}

private let kinds = [Tampering.change, Tampering.change, Tampering.deletion, Tampering.exchange]

/// Nil where nothing came of it: the schema itself refuses some.
private func tamper(
    _ queue: DatabaseQueue, by make: (Database) throws -> Tampering?
) throws -> Tampering? {
    try queue.write { db in
        guard let tampering = try make(db) else { return nil }
        do { try tampering.apply(db) } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return nil
        }
        return tampering
    }
}

private func takeBack(_ tampering: Tampering, on queue: DatabaseQueue) throws {
    try queue.write { db in try tampering.undo(db) }
}

extension Fixture {
    /// A log of which a bundle was pruned, and personal values of some of the rest were erased, signed all along.
    fileprivate func live(with signer: CheckpointSigner) async throws {
        for end in [130, 240, 251, 270] {
            try await grow(((signer.last.map { Int($0.size) } ?? 0) + 1)...end)
            await signer.sign()
        }
        let addressed = (271...290).map { number in
            var event = deal(number)
            event.event.actor.address = "192.0.2.\(number - 270)"
            return event
        }
        try await log.append(addressed, from: "deals")
        let later = start.advanced(bySeconds: 1_000_000_000)
        #expect(try await RetentionStore(log: log).prune(before: later, at: later) == 256)
        let (redactions, officer) = (RedactionStore(log: log), AuditTests.call(as: .compliance))
        _ = try await redactions.redact(272, paths: nil, reason: "asked for", officer, at: start)
        let erased = try await redactions.erase(
            user: bert, reason: "left", officer, at: start.advanced(bySeconds: 1))
        #expect(erased.values == 10)
        await signer.sign()
    }
}

/// All of it: `IBP_AUDIT_TAMPERINGS=10000`.
@Test func everyRandomChangeDeletionAndReorderingIsFound() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.live(with: signer)
    try fixture.tamper("SELECT 1")
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: "\(fixture.directory)/audit.sqlite", configuration: configuration)
    let (trusted, newest) = (signer.trusted, signer.last)
    func isGood() async throws -> Bool {
        try await fixture.log.verify(sources: ["deals", "audit"], of: trusted, newest: newest).ok
    }
    #expect(try await isGood())
    var missed: [String] = []
    var done = 0
    let wanted = ProcessInfo.processInfo.environment["IBP_AUDIT_TAMPERINGS"].flatMap { Int($0) } ?? 300
    while done < wanted {
        guard let tampering = try tamper(queue, by: kinds[done % kinds.count]) else { continue }
        if try await isGood() { missed.append(tampering.description) }
        try takeBack(tampering, on: queue)
        done += 1
    }
    #expect(missed == [])
    #expect(try await isGood())
    try queue.close()
    try await fixture.remove()
}
