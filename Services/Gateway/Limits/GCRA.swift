/// The generic cell rate algorithm: a bucket of `burst` that refills at a steady rate, kept as one number, the
/// theoretical arrival time (TAT) of the next request. Exact: any window of T seconds admits at most burst + rate × T.
/// A refused request does not move the state, so that a client that keeps asking is admitted as soon as one that waited.
struct GCRA: Sendable, Hashable {
    let count: Int64
    let seconds: Int64
    let burst: Int64
    /// Nanoseconds between two requests at the steady rate. Rounded up, or a rate that does not divide its unit would let
    /// in more than it says.
    let interval: Int64

    /// - Parameters: `count` requests per `seconds`, of which `burst` may come at once. All at least 1.
    init(count: Int64, perSeconds seconds: Int64, burst: Int64) {
        self.count = count
        self.seconds = seconds
        self.burst = burst
        interval = (seconds * 1_000_000_000 + count - 1) / count
    }

    enum Decision: Equatable, Sendable {
        case admitted(tat: Int64, remaining: Int64, resetNanoseconds: Int64)
        case refused(retryNanoseconds: Int64)
    }

    /// - Parameters: `tat` of the key's last admitted request (0 when there was none), `now` on the same clock.
    func decide(tat: Int64, now: Int64) -> Decision {
        let next = max(tat, now) + interval
        return decision(wait: next - now - burst * interval, tat: next, reset: next - now)
    }

    /// - Parameters: how long there is still to `wait`, none when not above 0; `reset`: when the bucket is full again.
    func decision(wait: Int64, tat: Int64, reset: Int64) -> Decision {
        wait > 0
            ? .refused(retryNanoseconds: wait)
            : .admitted(tat: tat, remaining: -wait / interval, resetNanoseconds: reset)
    }

    /// Seconds in which an empty bucket is full again: the window that `RateLimit-Policy` names.
    var windowSeconds: Int64 { max(1, (burst * interval + 999_999_999) / 1_000_000_000) }
}

extension GCRA: CustomStringConvertible {
    private static let units: [String: Int64] = ["s": 1, "m": 60, "h": 3600]

    /// `50/s:100`: fifty a second, a hundred at once. Units `s`, `m`, `h`.
    init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let rate = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, rate.count == 2, let count = Int64(rate[0]), let burst = Int64(parts[1]),
            let seconds = Self.units[String(rate[1])], (1...1_000_000).contains(count),
            (1...1_000_000).contains(burst)
        else { return nil }
        self.init(count: count, perSeconds: seconds, burst: burst)
    }

    var description: String {
        let unit = Self.units.first { $0.value == seconds }?.key ?? "\(seconds)s"
        return "\(count)/\(unit):\(burst)"
    }
}
