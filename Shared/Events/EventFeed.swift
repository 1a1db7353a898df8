package import Contracts
import Foundation
package import GRDB
package import RPC
package import Storage

/// A producer's events: written in the transaction of the change they tell of, read by consumers in that order.
package struct EventFeed: Sendable {
    private static let waitMillisecondsMax = 20_000

    private let outbox: Outbox

    package init(_ outbox: Outbox) { self.outbox = outbox }

    /// Nothing in the event may be secret: it goes into a log that is kept for years.
    package static func append(_ event: Event, in db: Database) throws {
        try Outbox.append(
            Outbox.NewEntry(
                eventID: event.id, topic: event.topic, aggregate: event.subject.id, type: event.type,
                aggregateVersion: event.version, occurredMilliseconds: event.time.milliseconds, traceID: event.traceId,
                actor: "\(event.actor.kind):\(event.actor.id)", payload: try StrictJSON.encode(event)),
            in: db)
    }

    package func register(on router: inout RPCRouter) {
        router.on(EventMethods.pull) { input, _ in try await pull(input) }
    }

    /// Waits for the next commit when there is nothing after the consumer's sequence number yet.
    package func pull(_ input: EventPull) async throws -> EventPage {
        try check(input)
        let page = try await outbox.page(
            after: input.after, limit: input.limit, wait: .milliseconds(input.waitMilliseconds))
        // Leniently: a newer build may have written fields that this one does not know.
        let decoder = JSONDecoder()
        let events = try page.entries.map {
            SequencedEvent(sequence: $0.sequence, event: try decoder.decode(Event.self, from: $0.payload))
        }
        return EventPage(events: events, newest: page.newest)
    }

    private func check(_ input: EventPull) throws {
        var faults: [FieldFault] = []
        if input.after < 0 { faults.append(FieldFault("after", "out_of_range", "must not be negative")) }
        if !(1...Outbox.pageEntriesMax).contains(input.limit) {
            faults.append(FieldFault("limit", "out_of_range", "must be 1 to \(Outbox.pageEntriesMax)"))
        }
        if !(0...Self.waitMillisecondsMax).contains(input.waitMilliseconds) {
            faults.append(FieldFault("waitMilliseconds", "out_of_range", "must be 0 to \(Self.waitMillisecondsMax)"))
        }
        if !faults.isEmpty { throw RPCFault.invalid(faults) }
    }
}
