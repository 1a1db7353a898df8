import Contracts
import Foundation
import GRDB
import RPC
import Storage

extension LogStore {
    /// The index of the first entry that was not pruned.
    static func minimum(in db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT seq FROM minimum") ?? 0
    }

    /// The same as the newest entry has it that tells of pruning; such an entry is never below the minimum itself.
    static func minimumTold(in db: Database) throws -> Int64 {
        let bytes = try Data.fetchOne(
            db, sql: "SELECT bytes FROM entry WHERE type = ? AND source = ? ORDER BY seq DESC LIMIT 1",
            arguments: [EventType.auditPruned, ownSource])
        // Bytes that were damaged tell nothing, and their hash tells that.
        let entry = bytes.flatMap { try? LoggedEntry(bytes: $0) }
        let told = entry?.event(with: [:]).changes.first { $0.field == RetentionStore.minimumField }
        return (told?.after).flatMap { Int64($0) } ?? 0
    }
}

/// Prunes what is old: entries go, their hashes stay, so that the tree and all proofs stay as they are.
struct RetentionStore: Sendable {
    static let bundleEntries: Int64 = 256
    /// Pruned in one transaction, so that nobody waits long.
    static let stepBundles: Int64 = 4
    /// Pages of the full-text index that are put together after a step, so that words of pruned entries go from the file.
    private static let mergePages = 500
    /// How far the log is pruned; the schema reads it by this name.
    static let minimumField = "minimumIndex"

    let log: LogStore

    /// Prunes the next whole bundles of which every entry was recorded before the cutoff, and writes down that it did.
    /// - Returns: how many entries went; 0 when nothing is old enough, or there is a hold.
    func prune(before cutoff: Instant, at now: Instant) async throws -> Int64 {
        try await log.store.write { db in
            guard try Bool.fetchOne(db, sql: "SELECT is_held FROM hold") == false else { return 0 }
            let from = try LogStore.minimum(in: db)
            let to = try Self.end(from: from, before: cutoff, in: db)
            guard to > from else { return 0 }
            let changes = [
                FieldChange(Self.minimumField, before: String(from), after: String(to)),
                FieldChange("recordedBefore", before: nil, after: cutoff.text),
            ]
            let event = Event(
                id: UUIDv7.make(at: now), type: EventType.auditPruned, time: now,
                actor: .service(LogStore.ownSource), subject: EventSubject(kind: "log", id: "log"), changes: changes)
            _ = try LogStore.record(event, at: now, in: db)
            try Self.prune(from..<to, in: db)
            return to - from
        }
    }

    /// Of at most one step. The newest entry always stays: it says how large the log is.
    private static func end(from: Int64, before cutoff: Instant, in db: Database) throws -> Int64 {
        let newest = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM entry") ?? 0
        let latest = try db.cachedStatement(
            sql: "SELECT max(max(recorded_ms), max(time_ms)) FROM entry WHERE seq >= ? AND seq < ?")
        var end = from
        while end < from + stepBundles * bundleEntries, end + bundleEntries <= newest {
            let moment = try Int64.fetchOne(latest, arguments: [end, end + bundleEntries])
            guard let moment, moment < cutoff.milliseconds else { break }
            end += bundleEntries
        }
        return end
    }

    private static func prune(_ range: Range<Int64>, in db: Database) throws {
        try db.execute(sql: "PRAGMA secure_delete = ON")
        let bounds: StatementArguments = [range.lowerBound, range.upperBound]
        let rows = try Row.fetchAll(
            db, sql: "SELECT seq, bytes FROM entry WHERE seq >= ? AND seq < ?", arguments: bounds)
        for row in rows {
            // Bytes that were damaged cannot tell their words, but they go all the same.
            guard let entry = try? LoggedEntry(bytes: row[1]) else { continue }
            try EntryIndex.removeWords(EntryWords(entry.event(with: [:])), of: row[0], in: db)
        }
        try db.execute(
            sql: "INSERT INTO entry_text (entry_text, rank) VALUES ('merge', ?)", arguments: [mergePages])
        try db.execute(sql: "UPDATE minimum SET seq = ?", arguments: [range.upperBound])
        for table in ["personal_word", "personal", "redaction", "facet", "entry"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE seq >= ? AND seq < ?", arguments: bounds)
        }
    }
}
