/// How long to wait before a refused request is sent again. Both 429 and 503 say that nothing was done (RFC 9110
/// section 15.6.4, RFC 6585 section 4).
struct Retry {
    static let triesMax = 12
    static let longest = Duration.seconds(30)
    static let totalMax = Duration.seconds(120)

    private var tries = 0
    private var waited = Duration.zero

    /// nil when the answer is final.
    mutating func delay(status: Int, retryAfter: String?) -> Duration? {
        guard status == 429 || status == 503 else { return nil }
        tries += 1
        // Servers may also send a date, which none of ours does.
        let asked = retryAfter.flatMap(Int64.init).map { Duration.seconds(max(0, $0)) }
        let delay = min(max(asked ?? .milliseconds(250), .milliseconds(50)), Self.longest)
        guard tries < Self.triesMax, waited + delay <= Self.totalMax else { return nil }
        waited += delay
        return delay
    }
}
