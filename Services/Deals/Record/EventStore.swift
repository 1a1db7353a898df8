import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Writes events into the outbox, in the transaction of the change that they tell of, and reads them for consumers.
struct EventStore: Sendable {
    let store: Store

    static func append(
        _ type: String, about deal: Deal, by caller: Caller, isSecret: Bool, changes: [FieldChange], in db: Database
    ) throws {
        let event = Event.about(deal, type: type, by: caller, isSecret: isSecret, changes: changes)
        try Outbox.append(
            Outbox.NewEntry(
                eventID: event.id, topic: event.topic, aggregate: event.subject.id, type: event.type,
                aggregateVersion: event.version, occurredMilliseconds: event.time.milliseconds, traceID: event.traceId,
                actor: event.actor.id, payload: try StrictJSON.encode(event)),
            in: db)
    }

    /// Waits for the next commit when there is nothing after the caller's sequence number yet.
    func pull(_ input: EventPull) async throws -> EventPage {
        let (entries, newest) = try await store.outbox.page(
            after: input.after, limit: input.limit, wait: .milliseconds(input.waitMilliseconds))
        let decoder = JSONDecoder()
        let events = try entries.map {
            SequencedEvent(sequence: $0.sequence, event: try decoder.decode(Event.self, from: $0.payload))
        }
        return EventPage(events: events, newest: newest)
    }
}
