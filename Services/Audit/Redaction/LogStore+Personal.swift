import Contracts
import Foundation
import GRDB

/// What verification finds of the personal values beside the entries.
extension LogStore {
    /// What is shown beside the entries must be what they commit to.
    static func readValues(into verifier: inout LogVerifier, in db: Database) throws {
        let rows = try Row.fetchCursor(db, sql: values)
        while let row = try rows.next() {
            let (seq, commitment): (Int64, DatabaseValue) = (row[0], row[3])
            guard String.fromDatabaseValue(commitment) != PersonalValue.commitment(to: row[2], salt: row[1]) else {
                continue
            }
            verifier.report(
                seq, "a personal value kept beside entry \(seq) is not the one that the entry commits to")
        }
    }

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

    /// A path in another spelling than `PersonalFields` has, as a damaged file may hold it, finds no commitment: SQLite would
    /// refuse some, and read others as a path that they are not.
    private static let values = """
        SELECT p.seq, p.salt, p.value,
            CASE WHEN json_valid(CAST(e.bytes AS TEXT)) AND length(p.path) <= 20 AND (p.path = 'actor.address'
                OR p.path = printf('changes[%u].before', substr(p.path, 9))
                OR p.path = printf('changes[%u].after', substr(p.path, 9)))
            THEN json_extract(CAST(e.bytes AS TEXT), '$.' || p.path || '.commitment') END
        FROM personal p JOIN entry e ON e.seq = p.seq ORDER BY p.seq
        """
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
