package import Contracts
package import Logging
import Metrics
package import Storage

/// Deletes events that are old and read by every group: once an hour, in small steps, so that no write waits long for it.
package struct EventRetention: Sendable {
    private static let period = Duration.seconds(3600)
    private static let pauseBetweenSteps = Duration.milliseconds(50)

    let outbox: Outbox
    let retention: OutboxRetention
    let logger: Logger
    let now: WallClock
    private let deletions = Counter(label: "ibp_events_deleted_total")

    package init(
        _ outbox: Outbox, _ retention: OutboxRetention, logger: Logger, now: @escaping WallClock = { .now }
    ) {
        self.outbox = outbox
        self.retention = retention
        self.logger = logger
        self.now = now
    }

    /// Until cancelled.
    package func run() async {
        while !Task.isCancelled {
            // A pause throws only when cancelled, which the loop's condition sees.
            try? await Task.sleep(for: Self.period)
            guard !Task.isCancelled else { return }
            do { try await catchUp() } catch {
                guard !Task.isCancelled else { return }
                logger.warning("old events are not deleted", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Deletes all that may go now. Returns how many that were.
    @discardableResult
    package func catchUp() async throws -> Int {
        var deleted = 0
        var overdue: Set<String> = []
        while true {
            let step = try await outbox.prune(retention, now: now().milliseconds)
            deleted += step.deleted
            deletions.increment(by: step.deleted)
            for group in step.released {
                logger.warning(
                    "a group of consumers was silent for too long; events are deleted without it",
                    metadata: ["event.group": "\(group)"])
            }
            // Each time that it is looked at, for as long as it lasts; but once each time.
            for group in step.overdue where overdue.insert(group).inserted {
                logger.warning(
                    """
                    a group that has to read every event is silent, and none is deleted that it has not read; start its \
                    service, or find out why that does not reach this one, before the disk is full
                    """, metadata: ["event.group": "\(group)"])
            }
            guard step.isCut else { break }
            try await Task.sleep(for: Self.pauseBetweenSteps)
        }
        if deleted > 0 { logger.debug("old events are deleted", metadata: ["event.count": "\(deleted)"]) }
        return deleted
    }
}
