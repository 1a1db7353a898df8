package import Contracts
import Foundation
package import GRDB
package import NIOCore
package import RPC
package import Storage
import Synchronization

/// A producer's events: written in the transaction of the change they tell of, read by consumers in that order.
package struct EventFeed: Sendable {
    private static let waitMillisecondsMax = 20_000
    /// One for each group, and as many again who only look.
    static let subscribersMax = 2 * Outbox.groupsMax

    let outbox: Outbox
    /// A subscriber who was told nothing for so long gets a heartbeat.
    let beat: Duration
    /// Should a wake-up ever be missed, no subscriber waits longer than this.
    let safetyNet: Duration
    let now: WallClock
    private let subscribers = Subscribers()

    package init(
        _ outbox: Outbox, beat: Duration = .seconds(5), safetyNet: Duration = .seconds(1),
        now: @escaping WallClock = { .now }
    ) {
        self.outbox = outbox
        self.beat = beat
        self.safetyNet = safetyNet
        self.now = now
    }

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
        router.on(EventMethods.subscribe) { input, _, writer in
            try subscribers.enter()
            defer { subscribers.leave() }
            try await follow(input) { try await writer.send(encoded: $0) }
        }
        router.on(EventMethods.acknowledge) { input, _ in try await acknowledge(input) }
        router.on(EventMethods.groups) { _, _ in try await groups() }
        router.onEncoded(EventMethods.read) { input, _ in RPCReply(body: try await read(input)) }
    }

    /// An `EventPage` as JSON, of the events as they were written: what a newer build put into them goes on to the consumer.
    /// Waits for the next commit when there is nothing after the consumer's sequence number yet.
    package func page(_ input: EventPull) async throws -> ByteBuffer {
        try check(input)
        let page = try await goneIsAFault {
            try await outbox.page(
                after: input.after, limit: input.limit, wait: .milliseconds(input.waitMilliseconds))
        }
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

/// How many streams are open.
private final class Subscribers: Sendable {
    private let count = Mutex(0)

    func enter() throws {
        try count.withLock { count in
            guard count < EventFeed.subscribersMax else {
                throw RPCFault(
                    .resourceExhausted, "too_many_streams", "Too many streams of events are open.",
                    retryAfterMilliseconds: 5000, isNotExecuted: true)
            }
            count += 1
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
