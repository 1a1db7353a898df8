package import Contracts
import Foundation
package import GRDB
package import NIOCore
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
                actor: "\(event.actor.kind):\(event.actor.id)", payload: EventPacking.pack(EventJSON.encode(event))),
            in: db)
    }

    package func register(on router: inout RPCRouter) {
        router.onEncoded(EventMethods.pull) { input, _ in RPCReply(body: try await page(input)) }
    }

    /// An `EventPage` as JSON, of the events as they were written: what a newer build put into them goes on to the consumer.
    /// Waits for the next commit when there is nothing after the consumer's sequence number yet.
    package func page(_ input: EventPull) async throws -> ByteBuffer {
        try check(input)
        let page = try await outbox.page(
            after: input.after, limit: input.limit, wait: .milliseconds(input.waitMilliseconds))
        var out = ByteBuffer()
        out.reserveCapacity(page.entries.reduce(64) { $0 + 6 * $1.payload.count + 40 })
        out.writeStaticString(#"{"events":["#)
        for (index, entry) in page.entries.enumerated() {
            // The rest is for the next page: what was read is small only while it is packed.
            guard index == 0 || out.readableBytes < Outbox.pageBytesMax else { break }
            out.writeString(index == 0 ? #"{"event":"# : #",{"event":"#)
            out.writeBytes(try EventPacking.unpack(entry.payload))
            out.writeString(",\"sequence\":\(entry.sequence)}")
        }
        out.writeString("],\"newest\":\(page.newest)}")
        return out
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
