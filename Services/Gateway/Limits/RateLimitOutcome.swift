import NIOHTTP1

/// What the budgets said, and how a client is told: the fields of the IETF draft "RateLimit header fields for HTTP". The
/// tightest budget, of which the smallest part is left, comes first.
struct RateLimitOutcome: Sendable {
    enum Receipt: Sendable {
        case own(RateLimiter.Receipt)
        case shared(Bucket.Receipt)
    }

    private struct Entry: Sendable {
        let ask: RateLimits.Ask
        let terms: RateLimiter.Terms
        var remaining: Int64
        /// Until the bucket is full again, or until one request is admitted when it was empty.
        var resetNanoseconds: Int64
        /// Nil when nothing was taken, or when it has been given back.
        var receipt: Receipt?

        mutating func countAsThere() {
            remaining += 1
            resetNanoseconds -= terms.rate.interval
        }
    }

    /// The address, the user, and one more.
    private static let usual = 3

    private var entries: [Entry] = []
    /// Set when a budget is empty: whole seconds, rounded up, after which one request will be admitted.
    private(set) var retryAfterSeconds: Int64?

    mutating func add(_ ask: RateLimits.Ask, _ taken: RateLimiter.Taken) {
        add(ask, taken.terms, taken.decision, taken.receipt.map { .own($0) })
    }

    mutating func add(_ ask: RateLimits.Ask, _ terms: RateLimiter.Terms, _ state: SharedState) {
        add(ask, terms, state.decision, state.receipt.map { .shared($0) })
    }

    private mutating func add(
        _ ask: RateLimits.Ask, _ terms: RateLimiter.Terms, _ decision: GCRA.Decision, _ receipt: Receipt?
    ) {
        var entry = Entry(ask: ask, terms: terms, remaining: 0, resetNanoseconds: 0, receipt: receipt)
        switch decision {
        case .admitted(_, let remaining, let reset):
            (entry.remaining, entry.resetNanoseconds) = (remaining, reset)
            if receipt == nil { entry.countAsThere() }
        case .refused(let retry):
            entry.resetNanoseconds = retry
            retryAfterSeconds = max(retryAfterSeconds ?? 1, Self.seconds(retry))
        }
        if entries.isEmpty { entries.reserveCapacity(Self.usual) }
        entries.append(entry)
    }

    /// Calls `giveBack` with everything that was taken, and counts it as there again.
    mutating func undo(_ giveBack: (RateLimits.Ask, Receipt) -> Void) {
        for index in entries.indices {
            guard let receipt = entries[index].receipt else { continue }
            giveBack(entries[index].ask, receipt)
            entries[index].receipt = nil
            entries[index].countAsThere()
        }
    }

    private static func seconds(_ nanoseconds: Int64) -> Int64 { max(1, (nanoseconds + 999_999_999) / 1_000_000_000) }
}

extension RateLimitOutcome {
    /// Longer than any number and what stands around it.
    private static let stateBytesMax = 64

    func write(to headers: inout HTTPHeaders) {
        guard !entries.isEmpty else { return }
        let first = tightest
        let bytesMax = entries.reduce(0) {
            $0 + max($1.terms.policy.count, $1.ask.limiter.item.count) + Self.stateBytesMax
        }
        let policies = ASCIIText.string(bytesMax) { text in
            text.append(entries[first].terms.policy)
            for index in entries.indices where index != first {
                text.append(", ")
                text.append(entries[index].terms.policy)
            }
        }
        let states = ASCIIText.string(bytesMax) { text in
            Self.write(entries[first], to: &text)
            for index in entries.indices where index != first {
                text.append(", ")
                Self.write(entries[index], to: &text)
            }
        }
        headers.add(name: "RateLimit-Policy", value: policies)
        headers.add(name: "RateLimit", value: states)
        if let retryAfterSeconds { headers.add(name: "Retry-After", value: String(retryAfterSeconds)) }
    }

    private var tightest: Int {
        var first = 0
        for index in entries.indices.dropFirst() {
            let (one, other) = (entries[index], entries[first])
            if one.remaining * other.terms.rate.burst < other.remaining * one.terms.rate.burst { first = index }
        }
        return first
    }

    private static func write(_ entry: Entry, to text: inout ASCIIText) {
        text.append(entry.ask.limiter.item)
        text.append(";r=")
        text.append(entry.remaining)
        text.append(";t=")
        text.append(seconds(entry.resetNanoseconds))
    }
}
