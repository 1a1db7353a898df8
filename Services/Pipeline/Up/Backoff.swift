/// How long to wait before a child that died is started again: doubling from 0.25 s to 10 s, spread by a fifth so that
/// children that died together do not come back together.
struct Backoff: Sendable {
    static let first = Duration.milliseconds(250)
    static let longest = Duration.seconds(10)
    /// Who lived as long as this starts over with the shortest wait.
    static let settled = Duration.seconds(30)

    private var failures = 0

    /// - Parameters:
    ///   - alive: how long the child ran.
    ///   - jitter: random, -1 ... 1.
    mutating func delay(alive: Duration, jitter: Double) -> Duration {
        if alive >= Self.settled { failures = 0 }
        let doubled = Self.first * (1 << min(failures, 10))
        failures += 1
        return min(min(doubled, Self.longest) * (1 + 0.2 * jitter), Self.longest)
    }
}
