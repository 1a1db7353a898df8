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
            record: { act, db in _ = try Self.record(act.event, at: now(), in: db) })
    }
}
