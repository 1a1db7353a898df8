/// The generic cell rate algorithm: a bucket of `burst` that refills at a steady rate, kept as one number, the
/// theoretical arrival time (TAT) of the next request. Exact: any window of T seconds admits at most burst + rate × T.
/// A refused request does not move the state, so that a client that keeps asking is admitted as soon as one that waited.
struct GCRA: Sendable, Hashable {
    /// Nanoseconds between two requests at the steady rate.
    let interval: Int64
    let burst: Int64

    /// - Parameters: `count` requests per `seconds`, of which `burst` may come at once. All at least 1.
    init(count: Int64, perSeconds seconds: Int64, burst: Int64) {
        interval = seconds * 1_000_000_000 / count
        self.burst = burst
    }

    enum Decision: Equatable, Sendable {
        case admitted(tat: Int64, remaining: Int64, resetNanoseconds: Int64)
        case refused(retryNanoseconds: Int64)
    }

    /// - Parameters: `tat` of the key's last admitted request (0 when there was none), `now` on the same clock.
    func decide(tat: Int64, now: Int64) -> Decision {
        let base = max(tat, now)
        let next = base + interval
        let wait = next - now - burst * interval
        guard wait <= 0 else { return .refused(retryNanoseconds: wait) }
        return .admitted(tat: next, remaining: -wait / interval, resetNanoseconds: next - now)
    }

    /// Seconds in which an empty bucket is full again: the window that `RateLimit-Policy` names.
    var windowSeconds: Int64 { max(1, (burst * interval + 999_999_999) / 1_000_000_000) }
}

extension GCRA {
    /// `50/s:100`: fifty a second, a hundred at once. Units `s`, `m`, `h`.
    init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let rate = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, rate.count == 2, let count = Int64(rate[0]), let burst = Int64(parts[1]),
            let seconds: Int64 = ["s": 1, "m": 60, "h": 3600][String(rate[1])],
            (1...1_000_000).contains(count), (1...1_000_000).contains(burst)
        else { return nil }
        self.init(count: count, perSeconds: seconds, burst: burst)
    }
}
