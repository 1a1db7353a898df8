import Contracts
import Logging

/// Prunes the log for as long as it is not cancelled, in small steps with pauses, so that events come in between.
struct RetentionKeeper: Sendable {
    static let pauseAfterStep = Duration.milliseconds(100)
    static let pauseAfterAll = Duration.seconds(3600)

    let retention: RetentionStore
    let years: Int
    let logger: Logger
    var now: @Sendable () -> Instant = { .now }
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Years of 365 days and a quarter.
    static func cutoff(years: Int, at now: Instant) -> Instant {
        now.advanced(bySeconds: -Int64(years) * 31_557_600)
    }

    func run() async {
        while !Task.isCancelled {
            var pruned: Int64 = 0
            do {
                let now = now()
                pruned = try await retention.prune(before: Self.cutoff(years: years, at: now), at: now)
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("audit log could not be pruned", metadata: ["error": "\(error)"])
            }
            // A pause throws only when cancelled, which the loop's condition sees.
            try? await pause(pruned > 0 ? Self.pauseAfterStep : Self.pauseAfterAll)
        }
    }
}
