import Glibc
import NIOCore
import NIOHTTP1
import ServiceKit

/// All budgets of the gateway: one per address for everything, one per signed-in user, and narrow ones for signing in.
struct RateLimits: Sendable {
    let address: RateLimiter
    let user: RateLimiter
    let signIn: RateLimiter
    let refresh: RateLimiter

    init(_ reader: inout SettingsReader) throws {
        address = RateLimiter("address", try Self.rate(&reader, "rate.address", "200/s:400", "requests of one address"))
        user = RateLimiter("user", try Self.rate(&reader, "rate.user", "50/s:100", "requests of one signed-in user"))
        signIn = RateLimiter(
            "sign-in", try Self.rate(&reader, "rate.signin", "1/s:20", "sign-in attempts of one address"))
        refresh = RateLimiter(
            "refresh", try Self.rate(&reader, "rate.refresh", "5/s:50", "token refreshes of one address"))
    }

    private static func rate(
        _ reader: inout SettingsReader, _ key: String, _ fallback: String, _ what: String
    ) throws -> GCRA {
        let help = "\(what), as COUNT/UNIT:BURST such as 50/s:100, 10/m:20"
        let text = try reader.string(key, default: fallback, help)
        guard let rate = GCRA(text: text) else {
            let name = SettingsReader.variable(key)
            throw SettingsError("\(name) is \(text), but must be \(help)")
        }
        return rate
    }

    /// Asks the budgets in turn and stops at the first that is empty.
    func check(_ requests: [(RateLimiter, key: String)], now: NIODeadline = .now()) -> RateLimitOutcome {
        var outcome = RateLimitOutcome()
        for (limiter, key) in requests {
            outcome.add(limiter, limiter.decide(key, now: Int64(now.uptimeNanoseconds)))
            if outcome.retryAfterSeconds != nil { break }
        }
        return outcome
    }

    /// IPv6 customers own a /64 (RFC 6177), so that is what one address means.
    static func key(forAddress address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard address.contains(":"), inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "/64"
    }
}

/// What the budgets said, and how a client is told: the fields of the IETF draft "RateLimit header fields for HTTP".
struct RateLimitOutcome {
    private var policies: [String] = []
    private var states: [String] = []
    /// Set when a budget is empty: whole seconds, rounded up, after which one request will be admitted.
    private(set) var retryAfterSeconds: Int64?

    fileprivate mutating func add(_ limiter: RateLimiter, _ decision: GCRA.Decision) {
        policies.append("\"\(limiter.name)\";q=\(limiter.rate.burst);w=\(limiter.rate.windowSeconds)")
        switch decision {
        case .admitted(_, let remaining, let reset):
            states.append("\"\(limiter.name)\";r=\(remaining);t=\(Self.seconds(reset))")
        case .refused(let retry):
            states.append("\"\(limiter.name)\";r=0;t=\(Self.seconds(retry))")
            retryAfterSeconds = Self.seconds(retry)
        }
    }

    private static func seconds(_ nanoseconds: Int64) -> Int64 { max(1, (nanoseconds + 999_999_999) / 1_000_000_000) }

    func write(to headers: inout HTTPHeaders) {
        guard !policies.isEmpty else { return }
        headers.add(name: "RateLimit-Policy", value: policies.joined(separator: ", "))
        headers.add(name: "RateLimit", value: states.joined(separator: ", "))
        if let retryAfterSeconds { headers.add(name: "Retry-After", value: "\(retryAfterSeconds)") }
    }
}
