import Contracts
import Foundation
import GRDB
import Logging
import RPC
import Storage

/// Where an event cannot be taken in: each by itself, some times, and then without it and what follows of its aggregate.
extension EventConsumer {
    private static let firstRetry = Duration.milliseconds(100)
    private static let longestRetry = Duration.seconds(2)

    /// Of a stream of bytes.
    func takeBytes(_ batch: EventBatch) async throws {
        let position = try await store.read { [cursor] db in try Inbox.cursor(of: cursor, in: db) }
        let events = batch.events.filter { $0.sequence > position }.map(StoredEvent.init)
        if try await takeTogether(events, through: batch.through) { return }
        for event in events { try await takeAlone(event) }
        try await store.write { [cursor] db in try Inbox.move(cursor, to: batch.through, in: db) }
    }

    /// - Returns: false when one of them is to blame; nothing is done then.
    private func takeTogether(_ events: [StoredEvent], through: Int64) async throws -> Bool {
        guard events.allSatisfy({ $0.content.isReadable }) else { return false }
        let time = now()
        do {
            try await write(alone: events.count > Self.sharedEvents) { [cursor, effect, box] db in
                guard try Inbox.cursor(of: cursor, in: db) < through else { return }
                var free: [SequencedEvent] = []
                for event in events {
                    if try !event.waits(in: box, at: time, in: db) { free.append(try event.content.get()) }
                }
                if !free.isEmpty { try effect.apply(free, db) }
                try Inbox.move(cursor, to: through, in: db)
            }
            return true
        } catch let error where EventFault.isOfTheEvent(error) {
            return false
        }
    }

    private func takeAlone(_ event: StoredEvent) async throws {
        var backOff = BackOff(first: Self.firstRetry, max: Self.longestRetry)
        var attempt = 1
        while true {
            do {
                return try await takeOnce(event)
            } catch let error where EventFault.isOfTheEvent(error) {
                guard attempt < Self.attemptsMax else { return try await park(event, attempts: attempt, error) }
                attempt += 1
                try await pause(backOff.next())
            }
        }
    }

    private func takeOnce(_ event: StoredEvent) async throws {
        let time = now()
        try await store.write { [cursor, effect, box] db in
            if try !event.waits(in: box, at: time, in: db) { try effect.apply([try event.content.get()], db) }
            try Inbox.move(cursor, to: event.sequence, in: db)
        }
    }

    private func park(_ event: StoredEvent, attempts: Int, _ error: any Error) async throws {
        let letter = event.letter(attempts: attempts, EventFault.text(error), at: now())
        try await store.write { [cursor, box] db in
            try box.add(letter, in: db)
            try Inbox.move(cursor, to: event.sequence, in: db)
        }
        log(
            .error, "an event is parked, and what follows of its aggregate",
            ["event.sequence": "\(event.sequence)", "error": "\(letter.error)"])
    }
}

/// An event as its producer stored it, and what it says if it can be read.
private struct StoredEvent: Sendable {
    let sequence: Int64
    let aggregate: String
    let bytes: Data
    let content: Result<SequencedEvent, any Error>

    init(_ delivery: EventDelivery) {
        sequence = delivery.sequence
        aggregate = delivery.aggregate ?? ""
        bytes = delivery.raw ?? Data()
        content = SequencedEvent.reading(bytes, delivery.sequence)
    }

    /// Whether an earlier event of its aggregate is parked; then it is parked, too.
    func waits(in box: DeadLetters.Box, at time: Instant, in db: Database) throws -> Bool {
        guard let head = try box.head(of: aggregate, in: db) else { return false }
        try box.add(letter(attempts: 0, "waits behind event \(head) of the same aggregate", at: time), in: db)
        return true
    }

    func letter(attempts: Int, _ error: String, at time: Instant) -> DeadLetters.Letter {
        DeadLetters.Letter(
            sequence: sequence, aggregate: aggregate, attempts: attempts, error: error,
            firstMilliseconds: time.milliseconds, payload: bytes)
    }
}

extension SequencedEvent {
    /// What a newer producer put into an event beside what we know is passed over.
    static func reading(_ bytes: Data, _ sequence: Int64) -> Result<SequencedEvent, any Error> {
        Result { SequencedEvent(sequence: sequence, event: try JSONDecoder().decode(Event.self, from: bytes)) }
    }
}

extension Result {
    fileprivate var isReadable: Bool { if case .success = self { true } else { false } }
}
