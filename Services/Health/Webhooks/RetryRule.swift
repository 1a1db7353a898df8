import Contracts

/// What becomes of a delivery after an attempt: the schedule of the Standard Webhooks specification.
struct RetryRule: Sendable {
    /// Seconds before each attempt, the first one included: all in all three days.
    static let delays: [Int64] = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    static let attemptsMax = delays.count
    /// The longest that an endpoint may ask us to wait.
    static let retryAfterSecondsMax: Int64 = 86_400
    /// How long an endpoint rests that has too much to do and does not say when it will have less.
    static let restSeconds: Int64 = 30
    /// An endpoint that nothing got through to for so long is turned off.
    static let failingSecondsMax: Int64 = 5 * 86_400
    /// A delay is so much shorter or longer, so that not everything comes back at once.
    static let jitter = 0.9...1.1

    enum Verdict: Sendable, Hashable {
        case delivered
        /// - Parameter rest: until then the endpoint gets nothing else, either.
        case retry(at: Instant, rest: Instant?)
        case failed(rest: Instant?)
        /// The endpoint says that it is there no more.
        case gone
    }

    /// - Parameters:
    ///   - attempt: 1 for the first one.
    ///   - stretch: drawn from `jitter`.
    static func verdict(_ outcome: AttemptOutcome, attempt: Int, now: Instant, stretch: Double) -> Verdict {
        if outcome.isSuccess { return .delivered }
        if outcome.status == 410 { return .gone }
        let rest = rest(outcome, now: now)
        guard attempt < attemptsMax else { return .failed(rest: rest) }
        let delay = Int64(Double(delays[attempt] * 1000) * stretch)
        let next = Instant(milliseconds: now.milliseconds + delay)
        return .retry(at: max(next, rest ?? next), rest: rest)
    }

    static func isFailing(since: Instant, now: Instant) -> Bool { now.seconds(since: since) >= failingSecondsMax }

    /// Only of an endpoint that has too much to do, or is being repaired.
    private static func rest(_ outcome: AttemptOutcome, now: Instant) -> Instant? {
        guard case .answered(let status, let retryAfter, _) = outcome, [429, 502, 503, 504].contains(status) else {
            return nil
        }
        let latest = now.advanced(bySeconds: retryAfterSecondsMax)
        return max(now, min(retryAfter ?? now.advanced(bySeconds: restSeconds), latest))
    }
}
