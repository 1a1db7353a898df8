import Contracts
import GRDB
import Storage
import TransparencyLog

/// What this service itself has to tell, and what is done with the log, goes into the log at once: it has no outbox. The cursor of
/// its own name counts these entries, also when all of them are pruned.
extension LogStore {
    static let ownSource = Peer.audit

    /// - Returns: the index of the entry.
    func record(_ event: Event, at now: Instant = .now) async throws -> Int64 {
        try await store.write { db in try Self.record(event, at: now, in: db) }
    }

    static func record(_ event: Event, at now: Instant, in db: Database) throws -> Int64 {
        let sequence = try Inbox.cursor(of: ownSource, in: db) + 1
        let seq = try size(in: db)
        try append([SequencedEvent(sequence: sequence, event: event)], from: ownSource, at: now, in: db)
        return seq
    }
}
