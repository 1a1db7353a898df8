import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Erases personal values. An erasure is an entry, and what it erases goes with it or not at all.
struct RedactionStore: Sendable {
    /// Erased in one transaction, so that nobody waits long.
    static let stepValues = 500
    /// That one request names.
    static let pathsMax = 100
    /// Which values of the entry were erased, with a space between two.
    static let pathsField = "paths"

    let log: LogStore

    /// - Returns: the entry as it is then. What was erased already is passed over; where that is all, nothing is erased, but
    ///   the entry is read, and that is an entry as well.
    func redact(
        _ seq: Int64, paths: [String]?, reason: String, _ context: RPCContext, at now: Instant
    ) async throws -> AuditEntry {
        try await log.store.write { db in
            let bytes = try Data.fetchOne(db, sql: "SELECT bytes FROM entry WHERE seq = ?", arguments: [seq])
            guard let bytes else { throw RPCFault.notFound("entry") }
            let known = try LoggedEntry(bytes: bytes).commitments
            let asked = try Self.checked(paths, known: Set(known.keys))
            let kept = try String.fetchAll(
                db, sql: "SELECT path FROM personal WHERE seq = ? ORDER BY path", arguments: [seq])
            let erased = kept.filter(asked.contains)
            let subject = EventSubject(kind: "entry", id: String(seq))
            if erased.isEmpty {
                let event = Event.ofLog(EventType.auditSearched, [], about: subject, at: now, context)
                _ = try LogStore.record(event, at: now, in: db)
            } else {
                let changes = [
                    FieldChange(Self.pathsField, before: nil, after: erased.joined(separator: " ")),
                    FieldChange("reason", before: nil, after: reason),
                ]
                let event = Event.ofLog(EventType.auditEntryRedacted, changes, about: subject, at: now, context)
                let erasure = Erasure(event, reason: reason, toldBy: try LogStore.record(event, at: now, in: db))
                try erasure.erase(erased.map { (seq, $0) }, in: db)
            }
            guard let entry = try EntryReader.entry(at: seq, in: db) else { throw RPCFault.notFound("entry") }
            return entry
        }
    }

    /// Step by step, each its own transaction; when it ends early, the same request goes on.
    func erase(
        user: UUID, reason: String, _ context: RPCContext, at now: Instant
    ) async throws -> AuditErasure {
        let event = Event.ofLog(
            EventType.auditUserErased, [FieldChange("reason", before: nil, after: reason)],
            about: EventSubject(kind: "user", id: user.text), at: now, context)
        let told = try await log.record(event, at: now)
        let erasure = Erasure(event, reason: reason, toldBy: told)
        var values = 0
        for select in [Self.ownAddresses, Self.aboutPerson] {
            var from: Int64 = 0
            while let last = try await erase(select, user, from: from, erasure, counting: &values) { from = last }
        }
        let plain = try await log.store.read { db in
            try Int.fetchOne(db, sql: Self.plainEntries, arguments: [user.text, user.text]) ?? 0
        }
        return AuditErasure(userId: user, values: values, plainEntries: plain, seq: told)
    }

    /// - Returns: where to go on; nil when nothing is left.
    private func erase(
        _ select: String, _ user: UUID, from: Int64, _ erasure: Erasure, counting values: inout Int
    ) async throws -> Int64? {
        let erased = try await log.store.write { db in
            let rows = try Row.fetchAll(
                db, sql: select, arguments: [user.text, from, erasure.toldBy, Self.stepValues])
            let found: [(seq: Int64, path: String)] = rows.map { ($0[0], $0[1]) }
            try erasure.erase(found, in: db)
            return (count: found.count, last: found.last?.seq)
        }
        values += erased.count
        return erased.last
    }

    private static func checked(_ paths: [String]?, known: Set<String>) throws(RPCFault) -> Set<String> {
        guard !known.isEmpty else {
            throw RPCFault(
                .failedPrecondition, "nothing_to_redact",
                "This entry keeps no personal value apart from its bytes, so none can be erased.")
        }
        guard let paths else { return known }
        var faults: [FieldFault] = []
        if !(1...pathsMax).contains(paths.count) {
            faults.append(FieldFault("paths", "out_of_range", "must name 1 to \(pathsMax) values"))
        }
        for (index, path) in paths.prefix(pathsMax).enumerated() {
            if !known.contains(path) {
                faults.append(FieldFault("paths[\(index)]", "unknown", "is not a personal value of this entry"))
            } else if paths[..<index].contains(path) {
                faults.append(FieldFault("paths[\(index)]", "repeated", "is there twice"))
            }
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        return Set(paths)
    }
}

extension RedactionStore {
    /// Where he was when he did something.
    private static let ownAddresses = """
        SELECT e.seq, p.path FROM entry e CROSS JOIN personal p ON p.seq = e.seq
        WHERE e.actor_id = ? AND e.seq >= ? AND e.seq < ? AND p.path = 'actor.address'
        ORDER BY e.seq LIMIT ?
        """

    /// What is told of him; and where he was when he signed in, for which nobody is the actor yet. The address of a sign-in that
    /// failed may be somebody else's, and stays.
    private static let aboutPerson = """
        SELECT f.seq, p.path FROM facet f CROSS JOIN personal p ON p.seq = f.seq CROSS JOIN entry e ON e.seq = f.seq
        WHERE f.person_id = ? AND f.seq >= ? AND f.seq < ?
            AND (p.path <> 'actor.address' OR (e.actor_id = '' AND f.outcome = 'success'))
        ORDER BY f.seq LIMIT ?
        """

    private static let plainEntries = """
        SELECT count(*) FROM (
            SELECT e.seq FROM entry e
            WHERE e.actor_id = ? AND json_extract(CAST(e.bytes AS TEXT), '$.v') IS NULL
            UNION
            SELECT f.seq FROM facet f JOIN entry e ON e.seq = f.seq
            WHERE f.person_id = ? AND json_extract(CAST(e.bytes AS TEXT), '$.v') IS NULL)
        """
}

/// Takes values out of the file: out of their table, the index of their words, and the column that addresses are looked for
/// in.
private struct Erasure: Sendable {
    let toldBy: Int64
    private let at: Int64
    private let actor: String
    private let reason: String

    init(_ event: Event, reason: String, toldBy: Int64) {
        self.toldBy = toldBy
        (at, actor, self.reason) = (event.time.milliseconds, event.actor.id, reason)
    }

    func erase(_ values: [(seq: Int64, path: String)], in db: Database) throws {
        // Freed bytes are overwritten, also by a SQLite that was not built to do so.
        try db.execute(sql: "PRAGMA secure_delete = ON")
        let note = try db.cachedStatement(
            sql: "INSERT INTO redaction (seq, path, told_by, at_ms, actor_id, reason) VALUES (?, ?, ?, ?, ?, ?)")
        let deleteWords = try db.cachedStatement(sql: "DELETE FROM personal_word WHERE seq = ? AND path = ?")
        let delete = try db.cachedStatement(sql: "DELETE FROM personal WHERE seq = ? AND path = ?")
        let forget = try db.cachedStatement(sql: "UPDATE facet SET address = NULL WHERE seq = ?")
        for (seq, path) in values {
            try note.execute(arguments: [seq, path, toldBy, at, actor, reason])
            try deleteWords.execute(arguments: [seq, path])
            try delete.execute(arguments: [seq, path])
            if path == PersonalFields.address { try forget.execute(arguments: [seq]) }
        }
    }
}
