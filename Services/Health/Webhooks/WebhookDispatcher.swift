import Contracts
import Foundation
import Logging
import ServiceKit
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
    var clock: WallClock = { .now }
    var stretch: @Sendable () -> Double = { Double.random(in: RetryRule.jitter) }

    private let flights = Flights()

    init(
        store: DeliveryStore, sender: WebhookSender, bell: Bell, meters: WebhookMeters, logger: Logger,
        clock: @escaping WallClock = { .now },
        stretch: @escaping @Sendable () -> Double = { Double.random(in: RetryRule.jitter) }
    ) {
        self.store = store
        self.sender = sender
        self.bell = bell
        self.meters = meters
        self.logger = logger
        self.clock = clock
        self.stretch = stretch
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                var pause = Self.pauseMax
                do {
                    let now = clock()
                    let due = try await store.due(at: now, flying: flights.all, placesMax: Self.placesMax)
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
        do {
            let verdict = try await store.record(
                outcome, of: job, startedAt: start, endedAt: clock(), stretch: stretch())
            meters.count(verdict)
            logger.debug(
                "webhook attempted",
                metadata: [
                    "webhook.id": "\(job.endpoint.text)", "webhook.delivery": "\(job.id.text)",
                    "http.status": "\(outcome.status.map(String.init) ?? "none")",
                ])
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning(
                "what came of a webhook cannot be written; it is sent again", metadata: ["error": "\(error)"])
            // It is still due; without a pause the endpoint would be flooded with it.
            try? await Task.sleep(for: Self.pauseAfterFailure)  // throws only when cancelled
        }
    }
}

/// What is under way. Any thread.
private final class Flights: Sendable {
    private let ids = Mutex<Set<UUID>>([])

    var all: Set<UUID> { ids.withLock { $0 } }
    func add(_ id: UUID) { ids.withLock { _ = $0.insert(id) } }
    func remove(_ id: UUID) { ids.withLock { _ = $0.remove(id) } }
}
