import Contracts

/// One look at one service.
struct Probe: Sendable, Hashable {
    /// When the answer was there, or was given up, by the calendar and by the steady clock.
    var at: Instant
    var moment: ContinuousClock.Instant
    var latency: Duration
    var outcome: ProbeOutcome
}

/// A probe and what was made of it: a row of the history.
struct ProbeRecord: Sendable, Hashable {
    var target: String
    var at: Instant
    var state: HealthState
    var latencyMicroseconds: Int64
    var error: String?
}
