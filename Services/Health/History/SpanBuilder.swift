import Contracts

/// Makes stretches of equal state out of one service's probes, which it takes oldest first. Where nobody looked for
/// more than three intervals the state is unknown.
struct SpanBuilder: Sendable {
    /// Keeps the reply below the largest frame of the RPC; a service that flaps more often keeps its newest stretches.
    static let spansMax = 1000

    let from: Instant
    let interval: Duration
    private var spans: [HealthSpan] = []
    private var last: Instant?

    init(from: Instant, interval: Duration) {
        self.from = from
        self.interval = interval
    }

    mutating func take(_ record: ProbeRecord) {
        let isWatched = close(until: record.at)
        if isWatched, let current = spans.indices.last, spans[current].status == record.state {
            spans[current].probes += 1
        } else {
            let isFirst = isWatched && spans.isEmpty
            add(HealthSpan(status: record.state, from: isFirst ? from : record.at, to: record.at, probes: 1))
        }
        last = record.at
    }

    /// All stretches up to `end`.
    func spans(until end: Instant) -> [HealthSpan] {
        var ended = self
        if ended.close(until: end), ended.spans.isEmpty {
            ended.add(HealthSpan(status: .unknown, from: from, to: end, probes: 0))
        }
        return ended.spans
    }

    /// Lets the current stretch last until the next look, or ends it early and puts an unknown one behind it.
    /// - Returns: true if somebody looked all the time.
    private mutating func close(until next: Instant) -> Bool {
        let before = last ?? from
        let isStale = HealthJudgement.isStale(after: next.elapsed(since: before), interval: interval)
        let end = isStale ? before.advanced(by: interval) : next
        if let current = spans.indices.last { spans[current].to = end }
        if isStale {
            add(HealthSpan(status: .unknown, from: spans.isEmpty ? from : end, to: next, probes: 0))
        }
        return !isStale
    }

    private mutating func add(_ span: HealthSpan) {
        if spans.count == Self.spansMax { spans.removeFirst() }
        spans.append(span)
    }
}
