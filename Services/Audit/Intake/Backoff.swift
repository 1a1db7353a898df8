/// How long to wait after one failure, and the next: doubling, with jitter, from 100 ms to 5 s.
struct Backoff: Sendable {
    static let shortest = Duration.milliseconds(100)
    static let longest = Duration.seconds(5)

    private(set) var failures = 0

    /// Between half and all of the step, so that callers who failed together do not come back together.
    mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
        let step = min(Self.shortest * (1 << min(failures, 10)), Self.longest)
        failures += 1
        return max(Self.shortest, step * Double.random(in: 0.5...1, using: &random))
    }

    mutating func reset() { failures = 0 }
}
