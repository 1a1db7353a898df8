import Contracts
import Metrics
import Storage

/// How far a consumer is behind its source. Nothing comes while the source is away: then the instant of the last word tells.
struct ConsumerMeters: Sendable {
    private let gone: Counter
    private let lagEvents: Meter
    private let lagSeconds: Meter
    private let heard: Meter
    private let letters: Meter
    private let events: Counter

    init(source: String, group: String) {
        let dimensions = [("source", source), ("group", group)]
        gone = Counter(label: "ibp_events_gone_total", dimensions: dimensions)
        lagEvents = Meter(label: "ibp_event_lag_events", dimensions: dimensions)
        lagSeconds = Meter(label: "ibp_event_lag_seconds", dimensions: dimensions)
        heard = Meter(label: "ibp_event_heard_timestamp_seconds", dimensions: dimensions)
        letters = Meter(label: "ibp_event_dead_letters", dimensions: dimensions)
        events = Counter(label: "ibp_events_applied_total", dimensions: dimensions)
    }

    /// Before its effect: the batch, and all after it, is still to do.
    func arrived(_ batch: EventBatch, at now: Instant) {
        heard.set(Double(now.milliseconds) / 1000)
        guard let first = batch.events.first else { return }
        lagEvents.set(Double(max(0, batch.newest - first.sequence + 1)))
        if let time = first.event?.time { lagSeconds.set(age(of: time, at: now)) }
    }

    /// After it. The age is then that of the last one taken in, or none when there is nothing more.
    func applied(_ batch: EventBatch, at now: Instant) {
        events.increment(by: batch.events.count)
        lagEvents.set(Double(max(0, batch.newest - batch.through)))
        if batch.through >= batch.newest {
            lagSeconds.set(0)
        } else if let time = batch.events.last?.event?.time {
            lagSeconds.set(age(of: time, at: now))
        }
    }

    /// What was to come next is deleted at the source.
    func lost() { gone.increment() }

    func parked(_ count: Int) { letters.set(Double(count)) }

    private func age(of time: Instant, at now: Instant) -> Double {
        Double(max(0, now.milliseconds - time.milliseconds)) / 1000
    }
}
