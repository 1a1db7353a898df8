import Contracts
import Events
import GRDB
import Storage

extension LogStore {
    /// Who reads the events of others for the log.
    static let group = Peer.audit

    /// What the log does with the events of a source. What an operator does with an event that could not be taken in is an
    /// entry of its own.
    func effect(of source: String, now: @escaping WallClock = { .now }) -> EventEffect {
        EventEffect(
            apply: { events, db in try Self.append(events, from: source, at: now(), in: db) },
            redrive: { event, db in try Self.appendAlone(event, from: source, at: now(), in: db) },
            record: { act, db in try Self.note(act.event, at: now(), in: db) })
    }

    /// An entry of something that happened to the log itself: it has no outbox, and numbers these by its own.
    private static func note(_ event: Event, at now: Instant, in db: Database) throws {
        let last = try Int64.fetchOne(
            db, sql: "SELECT max(source_seq) FROM entry WHERE source = ?", arguments: [Peer.audit])
        try appendAlone(SequencedEvent(sequence: (last ?? 0) + 1, event: event), from: Peer.audit, at: now, in: db)
    }
}
