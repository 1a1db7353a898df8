import Contracts

/// What a probe says about a service, and what the services say about the whole.
enum HealthJudgement {
    /// A lost connection is proof enough; anything else may be chance once.
    static let failuresUntilDown = 2
    /// A prober this many intervals late has stalled, and what it last saw no longer counts.
    static let staleAfterIntervals = 3
    /// Without these nobody can sign in or work.
    static let vital: Set<String> = [Peer.auth, Peer.deals]

    /// - Parameter failuresInARow: with this one, if it failed.
    static func state(after outcome: ProbeOutcome, failuresInARow: Int) -> HealthState {
        switch outcome {
        case .good: .up
        case .notReady: .degraded
        case .unreachable: .down
        case .failed: failuresInARow >= failuresUntilDown ? .down : .degraded
        }
    }

    static func overall(_ services: [String: HealthState]) -> HealthState {
        let states = Set(services.values)
        if services.contains(where: { vital.contains($0.key) && $0.value == .down }) { return .down }
        if states.contains(.down) { return .degraded }
        if states.contains(.unknown) || states.isEmpty { return .unknown }
        return states.contains(.degraded) ? .degraded : .up
    }

    static func isStale(after gap: Duration, interval: Duration) -> Bool { gap > interval * staleAfterIntervals }

    /// For how long a probe vouches for what it saw, when the next one came after `gap`: until then, or for one
    /// interval when nobody looked for too long.
    static func vouched(for gap: Duration, interval: Duration) -> Duration {
        isStale(after: gap, interval: interval) ? interval : gap
    }
}
