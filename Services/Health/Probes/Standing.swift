import Contracts

/// What is known about one service: its state, since when, and how much of the last day it was up.
struct Standing: Sendable {
    let interval: Duration
    private(set) var last: ProbeRecord?
    private var since: Instant?
    private var failuresInARow = 0
    private var uptime = UptimeWindow()
    /// When the last probe ended; nil if that was in an earlier life of this process.
    private var lastMoment: ContinuousClock.Instant?

    init(interval: Duration) { self.interval = interval }

    mutating func take(_ probe: Probe, of target: String) -> ProbeRecord {
        failuresInARow = probe.outcome.isFailure ? failuresInARow + 1 : 0
        let record = ProbeRecord(
            target: target, at: probe.at,
            state: HealthJudgement.state(after: probe.outcome, failuresInARow: failuresInARow),
            latencyMicroseconds: probe.latency.wholeMicroseconds, error: probe.outcome.error)
        let gap = lastMoment.map { probe.moment - $0 } ?? last.map { probe.at.elapsed(since: $0.at) }
        note(record, after: gap)
        lastMoment = probe.moment
        return record
    }

    /// Takes over what an earlier life of this process saw, oldest first.
    mutating func resume(_ record: ProbeRecord) { note(record, after: last.map { record.at.elapsed(since: $0.at) }) }

    /// - Parameter gap: since the last probe. Below zero when the calendar's clock was set back while nobody ran:
    ///   then it is not known.
    private mutating func note(_ record: ProbeRecord, after gap: Duration?) {
        var isSameStretch = false
        if let last, let gap, gap >= .zero {
            uptime.add(
                HealthJudgement.vouched(for: gap, interval: interval), isUp: last.state == .up, endingAt: record.at)
            isSameStretch = last.state == record.state && !HealthJudgement.isStale(after: gap, interval: interval)
        }
        if !isSameStretch { since = record.at }
        last = record
    }

    /// Unknown until this process has looked itself, and again when its prober has stalled.
    func health(at moment: ContinuousClock.Instant, wall: Instant) -> ServiceHealth {
        let uptime = uptime.percent(at: wall)
        guard let last, let lastMoment else {
            return ServiceHealth(
                status: .unknown, since: nil, checkedAt: last?.at, latencyMicroseconds: nil, uptime24h: uptime,
                error: nil)
        }
        guard !HealthJudgement.isStale(after: moment - lastMoment, interval: interval) else {
            return ServiceHealth(
                status: .unknown, since: last.at.advanced(by: interval), checkedAt: last.at, latencyMicroseconds: nil,
                uptime24h: uptime, error: nil)
        }
        return ServiceHealth(
            status: last.state, since: since, checkedAt: last.at, latencyMicroseconds: Int(last.latencyMicroseconds),
            uptime24h: uptime, error: last.error)
    }
}
