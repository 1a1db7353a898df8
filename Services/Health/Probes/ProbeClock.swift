import Contracts

/// The times that probing needs: a steady one to measure with, the calendar's to stamp with, and a way to wait.
struct ProbeClock: Sendable {
    var now: @Sendable () -> ContinuousClock.Instant
    var wall: @Sendable () -> Instant
    var sleep: @Sendable (Duration) async throws -> Void

    static let system = ProbeClock(
        now: { ContinuousClock.now }, wall: { .now }, sleep: { try await Task.sleep(for: $0) })
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    var wholeMicroseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

extension Instant {
    func advanced(by duration: Duration) -> Instant { Instant(milliseconds: milliseconds + duration.wholeMilliseconds) }

    func elapsed(since earlier: Instant) -> Duration { .milliseconds(milliseconds - earlier.milliseconds) }
}
