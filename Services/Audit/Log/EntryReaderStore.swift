import Contracts
import Foundation
import GRDB
import TransparencyLog

/// Shows an entry: what its bytes say, joined with the personal values that are still there.
enum EntryReader {
    /// Of the table `entry`, in the order in which `entry(_:in:)` reads them.
    static let columns = "seq, bytes, source, source_seq, recorded_ms"

    static func entry(_ row: Row, in db: Database) throws -> AuditEntry { try measured(row, in: db).entry }

    /// With how many bytes it takes: its own, and those of the personal values, which may be many more.
    static func measured(_ row: Row, in db: Database) throws -> (entry: AuditEntry, bytes: Int) {
        let (seq, bytes): (Int64, Data) = (row[0], row[1])
        let logged = try LoggedEntry(bytes: bytes)
        let shown = try Personal(of: logged, at: seq, in: db)
        let event = logged.event(with: shown.values)
        var entry = AuditEntry(
            seq: seq, event: event, outcome: EntryOutcome.of(event), source: row[2], sourceSeq: row[3],
            recordedAt: Instant(milliseconds: row[4]), leafHash: MerkleHash.leaf(bytes).data.base64EncodedString())
        if !shown.redactions.isEmpty { entry.redactions = shown.redactions }
        if !shown.unverified.isEmpty { entry.unverified = shown.unverified }
        return (entry, shown.values.values.reduce(bytes.count) { $0 + $1.utf8.count })
    }

    static func entry(at seq: Int64, in db: Database) throws -> AuditEntry? {
        let select = try db.cachedStatement(sql: "SELECT \(columns) FROM entry WHERE seq = ?")
        return try Row.fetchOne(select, arguments: [seq]).map { try entry($0, in: db) }
    }
}

/// The personal values of one entry: those that are what it commits to, those that were erased, and all others, which
/// nobody is shown.
private struct Personal {
    private(set) var values: [String: String] = [:]
    private(set) var redactions: [AuditRedaction] = []
    private(set) var unverified: [String] = []

    init(of entry: LoggedEntry, at seq: Int64, in db: Database) throws {
        let commitments = entry.commitments
        guard !commitments.isEmpty else { return }
        let kept = try db.cachedStatement(sql: "SELECT path, salt, value FROM personal WHERE seq = ?")
        for row in try Row.fetchAll(kept, arguments: [seq]) {
            let (path, value): (String, String) = (row[0], row[2])
            guard let commitment = commitments[path] else { continue }
            if PersonalValue.commitment(to: value, salt: row[1]) == commitment { values[path] = value }
        }
        let missing = Set(commitments.keys).subtracting(values.keys)
        guard !missing.isEmpty else { return }
        let erased = try db.cachedStatement(
            sql: "SELECT path, at_ms, actor_id, reason, told_by FROM redaction WHERE seq = ? ORDER BY path")
        redactions = try Row.fetchAll(erased, arguments: [seq]).map { row in
            AuditRedaction(
                path: row[0], at: Instant(milliseconds: row[1]), by: row[2], reason: row[3], seq: row[4])
        }
        unverified = missing.subtracting(redactions.map(\.path)).sorted()
    }
}
