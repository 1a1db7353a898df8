package import Contracts
import GRDB
package import Logging
package import RPC
package import Storage

/// Takes in the events of one source for one group, for as long as it is not cancelled. Its cursor stands in its own file and
/// moves in the transaction of the effect, so that a crash at any point neither loses an event nor applies it twice.
///
///     source ──▶ batch ──▶ one transaction: effect + cursor ──▶ acknowledgement, at most one a second
///                             └─ an event that cannot be taken in ──▶ dead letter; its aggregate is parked, others flow
package struct EventConsumer: Sendable {
    /// Batches on their way to us, beside the one in hand: what the RPC's credit allows.
    static let window = 2
    static let batchEvents = 250
    /// Up to so many are written in a transaction shared with others.
    static let sharedEvents = 8
    /// Of an event that is itself to blame.
    static let attemptsMax = 5
    /// A source that starts or restarts is away for a moment; that is not worth a warning.
    static let toleratedFailures = 2
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(5)

    package let source: String
    package let group: String
    /// Of one topic; nil for all.
    let topic: String?
    /// The name of the cursor in the `inbox` table.
    let cursor: String
    let store: Store
    let client: RPCClient
    let effect: EventEffect
    let applied: @Sendable (Int) async -> Void
    /// Where it has no effect here: sends them on.
    let forward: (@Sendable ([EventDelivery]) async throws -> Void)?
    let logger: Logger
    let meters: ConsumerMeters
    let now: WallClock
    let pause: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - cursor: of the source's own name when left out; name it where several groups read the same source in one file.
    ///   - store: its migrator has `Inbox` and `DeadLetters`.
    ///   - applied: told how many events a transaction has brought, when it is committed.
    package init(
        source: String, group: String, topic: String? = nil, cursor: String? = nil, store: Store, client: RPCClient,
        effect: EventEffect, logger: Logger, applied: @escaping @Sendable (Int) async -> Void = { _ in },
        now: @escaping WallClock = { .now },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.source = source
        self.group = group
        self.topic = topic
        self.cursor = cursor ?? source
        self.store = store
        self.client = client
        self.effect = effect
        self.applied = applied
        forward = nil
        self.logger = logger
        self.now = now
        self.pause = pause
        meters = ConsumerMeters(source: source, group: group)
    }

    /// One whose effect lies outside of its file: sends the events on as they are stored, in their order, and moves the cursor
    /// when that is done. What was on its way when it ended goes twice: each event at least once.
    ///
    /// - Parameter forward: returns when all are where they should be; what it throws is tried again for ever.
    package init(
        source: String, group: String, store: Store, client: RPCClient, logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        forward: @escaping @Sendable ([EventDelivery]) async throws -> Void
    ) {
        self.source = source
        self.group = group
        topic = nil
        cursor = source
        self.store = store
        self.client = client
        effect = EventEffect { _, _ in
        } record: { _, _ in
        }
        applied = { _ in }
        self.forward = forward
        self.logger = logger
        now = { .now }
        self.pause = pause
        meters = ConsumerMeters(source: source, group: group)
    }

    var box: DeadLetters.Box { DeadLetters.Box(group: group, source: source) }

    /// Until cancelled.
    package func run() async {
        var backOff = BackOff(first: Self.shortestPause, max: Self.longestPause)
        var outage = Outage()
        var readsBytes = false
        while !Task.isCancelled {
            do {
                readsBytes = try await follow(asBytes: readsBytes) {
                    backOff.reset()
                    if outage.isOver() { log(.notice, "event intake goes on") }
                }
            } catch {
                guard !Task.isCancelled else { return }
                if (error as? RPCFault)?.code == "events_gone" { meters.lost() }
                log(outage.level(of: error), "event intake is interrupted", ["error": "\(error)"])
                // A pause throws only when cancelled, which the loop's condition sees.
                try? await pause(backOff.next())
            }
        }
    }

    /// One stream, for as long as it lasts. Where something cannot be read, the next one brings bytes, and each event is
    /// looked at by itself.
    /// - Returns: whether the next stream should bring bytes.
    private func follow(asBytes: Bool, arrived: () -> Void) async throws -> Bool {
        let (start, parked) = try await store.read { [cursor, box] db in
            (try Inbox.cursor(of: cursor, in: db), try box.count(in: db))
        }
        meters.parked(parked)
        let isRaw = asBytes || parked > 0 || forward != nil
        let subscription = EventSubscription(
            topic: topic, group: group, after: start > 0 ? start : nil, limit: Self.batchEvents,
            raw: isRaw ? true : nil)
        var acknowledgements = AcknowledgementPace(start)
        var position = start
        do {
            for try await batch in try client.stream(EventMethods.subscribe, subscription, window: Self.window) {
                guard batch.newest >= start else { throw SourceWentBack(cursor: start, newest: batch.newest) }
                meters.arrived(batch, at: now())
                if batch.through > position {
                    if let forward {
                        try await send(batch, with: forward)
                    } else if isRaw {
                        try await takeBytes(batch)
                    } else {
                        try await take(batch)
                    }
                    if !batch.events.isEmpty { await applied(batch.events.count) }
                    position = batch.through
                }
                arrived()
                meters.applied(batch, at: now())
                if acknowledgements.isDue(batch.through, at: .now) { await acknowledge(batch.through) }
                if isRaw, forward == nil, try await !isParking() { return false }
            }
        } catch let error where !isRaw && (error.isUnreadable || EventFault.isOfTheEvent(error)) {
            log(.warning, "an event cannot be taken in", ["error": "\(EventFault.text(error))"])
            return true
        }
        throw StreamEnded()
    }

    private func isParking() async throws -> Bool {
        let parked = try await store.read { [box] db in try box.count(in: db) }
        meters.parked(parked)
        return parked > 0
    }

    private func take(_ batch: EventBatch) async throws {
        let events = try batch.events.map { delivery in
            guard let event = delivery.event else { throw EventRefused("it is empty") }
            return SequencedEvent(sequence: delivery.sequence, event: event)
        }
        // A full batch is long work; what is behind by an event or two shares the sync of its neighbours.
        try await write(alone: events.count > Self.sharedEvents) { [cursor, effect] db in
            let position = try Inbox.cursor(of: cursor, in: db)
            guard position < batch.through else { return }
            if !events.isEmpty { try effect.apply(events, db) }
            try Inbox.move(cursor, to: batch.through, in: db)
        }
    }

    /// See `Store.writeAlone`, which **measured** twice as fast for batches.
    func write(alone: Bool, _ body: @escaping @Sendable (Database) throws -> Void) async throws {
        if alone { try await store.writeAlone(body) } else { try await store.write(body) }
    }

    private func send(
        _ batch: EventBatch, with forward: @Sendable ([EventDelivery]) async throws -> Void
    ) async throws {
        if !batch.events.isEmpty { try await forward(batch.events) }
        try await store.write { [cursor] db in try Inbox.move(cursor, to: batch.through, in: db) }
    }

    /// Only for the producer's view of us: what fails comes again with the next.
    private func acknowledge(_ sequence: Int64) async {
        do {
            _ = try await client.call(
                EventMethods.acknowledge, EventAcknowledgement(group: group, sequence: sequence))
        } catch {
            log(.debug, "events are not acknowledged", ["error": "\(error)"])
        }
    }

    func log(_ level: Logger.Level, _ message: Logger.Message, _ more: Logger.Metadata = [:]) {
        let place: Logger.Metadata = ["event.source": "\(source)", "event.group": "\(group)"]
        logger.log(level: level, message, metadata: place.merging(more) { $1 })
    }
}

extension Error {
    /// The client's word for an item that is not what it should be.
    fileprivate var isUnreadable: Bool { (self as? RPCFault)?.code == "bad_reply" }
}

/// A source that was restored to an earlier time numbers new events as old ones; reading on would miss them.
package struct SourceWentBack: Error, CustomStringConvertible {
    let cursor, newest: Int64

    package var description: String {
        "the source ends at event \(newest), but events up to \(cursor) were taken in"
    }
}

/// By its server, as when that stops.
private struct StreamEnded: Error, CustomStringConvertible {
    let description = "the source ended the stream"
}

/// How loud a failure is told: once per outage, when it lasts; what no waiting can mend at once.
private struct Outage {
    private var failures = 0

    mutating func level(of error: any Error) -> Logger.Level {
        defer { failures += 1 }
        if (error as? RPCFault)?.code == "events_gone" { return failures == 0 ? .error : .debug }
        return failures == EventConsumer.toleratedFailures ? .warning : .debug
    }

    /// - Returns: true when it was told of.
    mutating func isOver() -> Bool {
        defer { failures = 0 }
        return failures > EventConsumer.toleratedFailures
    }
}

/// When to say how far we are: what moved at most once a second, and now and then that we are still there.
package struct AcknowledgementPace {
    static let shortest = Duration.seconds(1)
    static let longest = Duration.seconds(600)

    private var sequence: Int64
    private var last = ContinuousClock.now

    /// - Parameter sequence: the subscription said so much.
    package init(_ sequence: Int64) { self.sequence = sequence }

    package mutating func isDue(_ through: Int64, at now: ContinuousClock.Instant) -> Bool {
        guard now - last >= (through == sequence ? Self.longest : Self.shortest) else { return false }
        (sequence, last) = (through, now)
        return true
    }
}
