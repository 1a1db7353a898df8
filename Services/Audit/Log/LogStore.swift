import Contracts
import Foundation
import GRDB
import Storage
import TransparencyLog

/// The log in its file. An append is one transaction: entries, their hashes and the cursor of the source, or nothing.
struct LogStore: Sendable {
    let store: Store

    /// The sequence number of the last event taken from a source; 0 before the first.
    func cursor(of source: String) async throws -> Int64 {
        try await store.read { db in try Inbox.cursor(of: source, in: db) }
    }

    /// Appends what is not in the log yet and answers how many entries that were. A page that comes twice does no harm.
    /// Numbers may be left out (a source's transaction that failed leaves a gap) but must increase.
    @discardableResult
    func append(_ events: [SequencedEvent], from source: String, at now: Instant = .now) async throws -> Int {
        try await store.write { db in try Self.append(events, from: source, at: now, in: db) }
    }

    /// As above, in the caller's transaction.
    @discardableResult
    static func append(
        _ events: [SequencedEvent], from source: String, at now: Instant, in db: Database
    ) throws -> Int {
        guard let last = events.last else { return 0 }
        var tree = try frontier(in: db)
        let sizeBefore = tree.size
        let cursor = try Inbox.cursor(of: source, in: db)
        var previous: Int64 = 0
        var added: [Event] = []
        for event in events {
            let fault = LogError.sequenceNotIncreasing(source: source, sequence: event.sequence)
            guard event.sequence > previous else { throw fault }
            previous = event.sequence
            if event.sequence <= cursor {
                guard try isLogged(event, from: source, in: db) else { throw fault }
            } else if let entry = try append(event, from: source, at: now, to: &tree, in: db) {
                added.append(entry)
            }
        }
        try index(added, from: sizeBefore, in: db)
        if last.sequence > cursor { try Inbox.move(source, to: last.sequence, in: db) }
        return added.count
    }

    /// One event that was parked, out of its turn.
    static func appendAlone(_ event: SequencedEvent, from source: String, at now: Instant, in db: Database) throws {
        var tree = try frontier(in: db)
        let seq = tree.size
        guard let entry = try append(event, from: source, at: now, to: &tree, in: db) else { return }
        try index([entry], from: seq, in: db)
    }

    /// Words go in after all entries of the transaction: each statement that a trigger may undo has SQLite write what the
    /// full-text index has gathered so far.
    private static func index(_ events: [Event], from seq: Int64, in db: Database) throws {
        for (place, event) in events.enumerated() {
            try EntryIndex.addWords(EntryWords(event), of: seq + Int64(place), in: db)
        }
    }

    /// The edge of the stored tree. Throws where a hash is missing, so that a broken tree is not built upon.
    static func frontier(in db: Database) throws -> MerkleFrontier {
        try MerkleFrontier(size: size(in: db)) { try hash(at: $0, in: db) }
    }

    /// Throws if the number belongs to another event: to skip this one would lose it without a trace.
    private static func isLogged(_ event: SequencedEvent, from source: String, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT event_id FROM entry WHERE event_id = ?
                UNION ALL SELECT event_id FROM entry WHERE source = ? AND source_seq = ?
                """)
        let id = event.event.id.text
        let ids = try String.fetchAll(statement, arguments: [id, source, event.sequence])
        guard ids.isEmpty || ids.contains(id) else {
            throw LogError.sequenceReused(source: source, sequence: event.sequence)
        }
        return !ids.isEmpty
    }

    /// - Returns: what to index the entry by; nil when it was logged before, as when it was parked and taken in out of its turn.
    private static func append(
        _ sequenced: SequencedEvent, from source: String, at now: Instant, to tree: inout MerkleFrontier,
        in db: Database
    ) throws -> Event? {
        let entry = EntryRoom.sealed(sequenced.event, source: source, sequence: sequenced.sequence)
        let (event, seq) = (entry.event, tree.size)
        let addEntry = try db.cachedStatement(
            sql: """
                INSERT INTO entry (seq, bytes, event_id, time_ms, type, actor_id, subject_id, subject_number, source,
                    source_seq, recorded_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (event_id) DO NOTHING ON CONFLICT (source, source_seq) DO NOTHING
                """)
        try addEntry.execute(arguments: [
            seq, entry.bytes, event.id.text, event.time.milliseconds, event.type, event.actor.id, event.subject.id,
            event.subject.number, source, sequenced.sequence, now.milliseconds,
        ])
        guard db.changesCount > 0 else {
            guard try isLogged(sequenced, from: source, in: db) else {
                throw LogError.sequenceReused(source: source, sequence: sequenced.sequence)
            }
            return nil
        }
        try EntryIndex.add(event, at: seq, personal: entry.personal, in: db)
        try add(tree.append(.leaf(entry.bytes)), of: seq, in: db)
        return event
    }
}
