import Contracts
import Foundation
import NIOCore
import RPC
import Storage

/// The outbox as a stream: woken by commits, slowed down by the reader's credit.
extension EventFeed {
    static let batchEventsDefault = 250

    /// Sends batches, each as an `EventBatch` in JSON, until it is cancelled or `send` throws, which waits for credit. The first
    /// comes at once, be it a heartbeat.
    /// - Throws: `validation_failed`, `events_gone`, `too_many_groups`.
    func follow(_ input: EventSubscription, send: (ByteBuffer) async throws -> Void) async throws {
        let place = EventPlace(topic: input.topic, after: input.after, from: input.from, limit: input.limit)
        try check(place, group: input.group)
        var after = try await start(place)
        var batch = try await batch(place, after: after)
        if let group = input.group {
            // A disk that takes no writes keeps no reader away; the group's next acknowledgement makes up for it.
            do { try await hear(of: group, at: after) } catch is StorageError {}
        }
        var beatAt = ContinuousClock.now
        while true {
            try Task.checkCancellation()
            if !batch.deliveries.isEmpty || ContinuousClock.now >= beatAt {
                try await send(EventBatchJSON.encode(batch, isRaw: input.raw ?? false))
                beatAt = .now + beat
            }
            after = batch.through
            if after >= batch.newest {
                let wait = min(safetyNet, beatAt - .now)
                if wait > .zero { try await outbox.wait(after: after, atMost: wait) }
            }
            batch = try await self.batch(place, after: after)
        }
    }

    /// One batch, without waiting.
    func read(_ input: EventRead) async throws -> ByteBuffer {
        let place = EventPlace(topic: input.topic, after: input.after, from: input.from, limit: input.limit)
        try check(place)
        return EventBatchJSON.encode(
            try await batch(place, after: try await start(place)), isRaw: input.raw ?? false)
    }

    private func start(_ place: EventPlace) async throws -> Int64 {
        if let after = place.after { return after }
        guard let from = place.from else { return try await outbox.beginning() }
        return try await outbox.position(before: from.milliseconds)
    }

    private func batch(_ place: EventPlace, after: Int64) async throws -> Outbox.Batch {
        try await goneIsAFault {
            try await outbox.batch(
                after: after, limit: place.limit ?? Self.batchEventsDefault, topic: place.topic,
                // What is damaged goes out as it is: its reader then looks at each by itself.
                reading: { (try? EventPacking.unpack($0)) ?? $0 })
        }
    }

    private func check(_ place: EventPlace, group: String? = nil) throws {
        var faults: [FieldFault] = []
        if let after = place.after, after < 0 {
            faults.append(FieldFault("after", "out_of_range", "must not be negative"))
        }
        if place.after != nil, place.from != nil {
            faults.append(FieldFault("from", "conflict", "does not go together with after"))
        }
        if let limit = place.limit, !(1...Outbox.pageEntriesMax).contains(limit) {
            faults.append(FieldFault("limit", "out_of_range", "must be 1 to \(Outbox.pageEntriesMax)"))
        }
        if let topic = place.topic, !Event.topics.contains(topic) {
            faults.append(FieldFault("topic", "unknown", "must be \(Event.topics.joined(separator: " or "))"))
        }
        if let group { faults += Self.faults(ofGroup: group) }
        if !faults.isEmpty { throw RPCFault.invalid(faults) }
    }
}

/// Where somebody begins to read, and how much at once.
private struct EventPlace {
    let topic: String?
    let after: Int64?
    let from: Instant?
    let limit: Int?
}

/// A batch as JSON, of the events as they were written: what a newer build put into them goes on to the consumer.
enum EventBatchJSON {
    private static let wrappingBytes = 64

    static func encode(_ batch: Outbox.Batch, isRaw: Bool) -> ByteBuffer {
        var out = ByteBuffer()
        out.reserveCapacity(
            batch.deliveries.reduce(wrappingBytes) { $0 + $1.payload.count * (isRaw ? 2 : 1) + wrappingBytes })
        out.writeStaticString(#"{"events":["#)
        for (index, delivery) in batch.deliveries.enumerated() {
            if index > 0 { out.writeStaticString(",") }
            if isRaw {
                var name: [UInt8] = []
                name.append(jsonEscaped: delivery.aggregate)
                out.writeStaticString(#"{"aggregate":""#)
                out.writeBytes(name)
                out.writeString("\",\"raw\":\"\(delivery.payload.base64EncodedString())\"")
            } else {
                out.writeStaticString(#"{"event":"#)
                out.writeBytes(delivery.payload)
            }
            out.writeString(",\"sequence\":\(delivery.sequence)}")
        }
        out.writeString("],\"newest\":\(batch.newest),\"through\":\(batch.through)}")
        return out
    }
}

/// What is deleted is no fault of ours, and the reader can do something about it.
func goneIsAFault<T>(_ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let gone as EventsGone {
        throw RPCFault(
            .outOfRange, "events_gone", "\(gone)",
            errors: [FieldFault("after", "events_gone", "the first event that there is is \(gone.first)")],
            doNotRetry: true)
    }
}
