import Contracts
import Foundation
import Logging
import RPC
import ServiceKit
import Storage
import Synchronization

/// Delivers what is due, for as long as it is not cancelled. What is under way then stays due, and is sent again by the next
/// run: at least once, under the same `webhook-id`.
struct WebhookDispatcher: Sendable {
    /// Of one endpoint at a time. There are places for all of them, so that a slow one holds up nobody but itself.
    static let placesMax = 2
    /// The wall clock may be set, and a bell that did not ring is made up for.
    static let pauseMax = Duration.seconds(30)
    static let pauseAfterFailure = Duration.seconds(1)

    let store: DeliveryStore
    let sender: WebhookSender
    /// Rung when something may have become due.
    let bell: Bell
    let meters: WebhookMeters
    let logger: Logger
    let clock: WallClock
    let stretch: @Sendable () -> Double
    /// Whether what comes of an attempt can be written down.
    let isWritable: @Sendable () -> Bool
    let sleep: @Sendable (Duration) async throws -> Void

    private let flights = Flights()

    init(
        store: DeliveryStore, sender: WebhookSender, bell: Bell, meters: WebhookMeters, logger: Logger,
        clock: @escaping WallClock = { .now },
        stretch: @escaping @Sendable () -> Double = { Double.random(in: RetryRule.jitter) },
        isWritable: (@Sendable () -> Bool)? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.sender = sender
        self.bell = bell
        self.meters = meters
        self.logger = logger
        self.clock = clock
        self.stretch = stretch
        if let isWritable { self.isWritable = isWritable } else { self.isWritable = { store.store.isWritable } }
        self.sleep = sleep
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                var pause = Self.pauseMax
                do {
                    let now = clock()
                    let due = try await deliveries(dueAt: now)
                    for job in due.jobs {
                        flights.add(job.id)
                        group.addTask { await self.attempt(job) }
                    }
                    if let next = due.next {
                        pause = min(pause, .milliseconds(max(1, next.milliseconds - now.milliseconds)))
                    }
                } catch {
                    if !Task.isCancelled {
                        logger.warning("due webhooks cannot be read", metadata: ["error": "\(error)"])
                    }
                    pause = Self.pauseAfterFailure
                }
                await bell.wait(until: .now + pause)
            }
            group.cancelAll()
        }
    }

    /// Nothing while the file takes no writes: what is sent then would be sent again and again. The store tries once a second
    /// whether it does again.
    private func deliveries(dueAt now: Instant) async throws -> DueDeliveries {
        guard isWritable() else { return DueDeliveries(next: now.advanced(bySeconds: 1)) }
        return try await store.due(at: now, flying: flights.all, placesMax: Self.placesMax)
    }

    private func attempt(_ job: DeliveryJob) async {
        defer {
            flights.remove(job.id)
            bell.ring()
        }
        let start = clock()
        let outcome = await sender.send(
            job.body, job.signature(at: start), to: job.url, attempt: job.attempts + 1)
        // What a stopping process did not hear the end of says nothing about the endpoint.
        guard !Task.isCancelled else { return }
        guard let verdict = await record(outcome, of: job, startedAt: start, endedAt: clock()) else { return }
        meters.count(verdict)
        logger.debug(
            "webhook attempted",
            metadata: [
                "webhook.id": "\(job.endpoint.text)", "webhook.delivery": "\(job.id.text)",
                "http.status": "\(outcome.status.map(String.init) ?? "none")",
            ])
    }

    /// Goes on until it is written down. It keeps its place meanwhile, so that the endpoint does not get the message once
    /// more, and of others only as many as it has places. Nil when cancelled: then it is sent again after the next start.
    private func record(
        _ outcome: AttemptOutcome, of job: DeliveryJob, startedAt: Instant, endedAt: Instant
    ) async -> RetryRule.Verdict? {
        let stretch = self.stretch()
        var backOff = BackOff(first: Self.pauseAfterFailure, max: Self.pauseMax)
        var isNews = true
        while !Task.isCancelled {
            do {
                return try await store.record(
                    outcome, of: job, startedAt: startedAt, endedAt: endedAt, stretch: stretch)
            } catch {
                guard !Task.isCancelled else { return nil }
                logger.log(
                    level: isNews ? .warning : .debug, "what came of a webhook cannot be written yet",
                    metadata: ["webhook.delivery": "\(job.id.text)", "error": "\(error)"])
            }
            isNews = false
            try? await sleep(backOff.next())  // throws only when cancelled, which ends the loop
        }
        return nil
    }
}

/// What is under way. Any thread.
private final class Flights: Sendable {
    private let ids = Mutex<Set<UUID>>([])

    var all: Set<UUID> { ids.withLock { $0 } }
    func add(_ id: UUID) { ids.withLock { _ = $0.insert(id) } }
    func remove(_ id: UUID) { ids.withLock { _ = $0.remove(id) } }
}
