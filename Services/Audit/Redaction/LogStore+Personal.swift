import Contracts
import Foundation
import GRDB
import Storage

/// What verification finds of the personal values that were erased.
extension LogStore {
    /// What was erased must have been kept, and the entry that tells of the erasure must tell of this one.
    static func readRedactions(into verifier: inout LogVerifier, in db: Database) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT r.seq, r.path, r.told_by, r.at_ms, r.actor_id, r.reason, e.bytes
                FROM redaction r JOIN entry e ON e.seq = r.seq ORDER BY r.seq
                """)
        // Most often one erasure tells of many in a row.
        var act: (seq: Int64, event: Event?)?
        while let row = try rows.next() {
            let redaction = StoredRedaction(row)
            if act?.seq != redaction.toldBy {
                act = (redaction.toldBy, try erasure(at: redaction.toldBy, in: db))
            }
            guard let told = act?.event, let entry = try? LoggedEntry(bytes: row[6]),
                redaction.isTold(by: told, of: entry)
            else {
                verifier.report(
                    redaction.seq, "no erasure tells that a personal value of entry \(redaction.seq) was erased")
                continue
            }
        }
    }

    /// Nil for what is no entry of the log's own, or cannot be read.
    private static func erasure(at seq: Int64, in db: Database) throws -> Event? {
        let bytes = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT bytes FROM entry WHERE seq = ? AND source = ?"),
            arguments: [seq, ownSource])
        return bytes.flatMap { try? LoggedEntry(bytes: $0) }?.event(with: [:])
    }
}

/// The personal values that are kept beside the entries, and of those that were erased how many, read once beside them.
struct StoredValues {
    private let kept, erased: RawRows
    private var keptAhead, erasedAhead: RawRow?

    init(_ db: Database) throws {
        kept = try RawRows(db, sql: "SELECT seq, path, salt, value FROM personal ORDER BY seq")
        erased = try RawRows(db, sql: "SELECT seq FROM redaction ORDER BY seq")
        keptAhead = try kept.next()
        erasedAhead = try erased.next()
    }

    /// What is shown beside an entry must be what it commits to, and what it commits to be there, or erased. Of erased ones it
    /// only counts: with each row of both tables looked at by itself, that is enough to know that none is missing.
    /// Numbers only go forward.
    mutating func compare(
        with scan: EntryScan, of bytes: UnsafeRawBufferPointer, at seq: Int64
    ) throws -> (areThere: Bool, areRight: Bool) {
        var (count, areRight) = (0, true)
        while let row = keptAhead, let place = row.integer(0), place <= seq {
            if place == seq {
                count += 1
                areRight = areRight && Self.isCommitted(row, by: scan, of: bytes)
            }
            keptAhead = try kept.next()
        }
        while let row = erasedAhead, let place = row.integer(0), place <= seq {
            if place == seq { count += 1 }
            erasedAhead = try erased.next()
        }
        return (count == scan.commitments.count, areRight)
    }

    private static func isCommitted(_ row: RawRow, by scan: EntryScan, of bytes: UnsafeRawBufferPointer) -> Bool {
        guard let path = PersonalPath(row.bytes(1)),
            let digits = scan.commitments.first(where: { $0.path == path })?.digits
        else { return false }
        return PersonalValue.isCommitment(bytes[digits], to: row.bytes(3), salt: row.bytes(2))
    }
}

/// That one value of an entry was erased, as its row says.
private struct StoredRedaction {
    let seq: Int64
    let path: String
    let toldBy: Int64
    let at: Int64
    let actor: String
    let reason: String

    init(_ row: Row) {
        seq = row[0]
        path = row[1]
        toldBy = row[2]
        at = row[3]
        actor = row[4]
        reason = row[5]
    }

    func isTold(by act: Event, of entry: LoggedEntry) -> Bool {
        guard entry.commitments[path] != nil, act.time.milliseconds == at, act.actor.id == actor,
            Self.value(of: "reason", in: act) == reason
        else { return false }
        switch act.type {
        case EventType.auditEntryRedacted:
            let paths = Self.value(of: RedactionStore.pathsField, in: act) ?? ""
            return act.subject.id == String(seq) && paths.split(separator: " ").contains { $0 == path }
        case EventType.auditUserErased:
            return act.subject.id == entry.actor.id
                || act.subject.id == EntryIndex.person(of: entry.event(with: [:]))
        default:
            return false
        }
    }

    private static func value(of field: String, in event: Event) -> String? {
        event.changes.first { $0.field == field }?.after
    }
}
