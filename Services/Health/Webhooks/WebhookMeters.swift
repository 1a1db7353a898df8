import Contracts
import Metrics

/// What an operator's alerts watch of the webhooks.
struct WebhookMeters: Sendable {
    static let period = Duration.seconds(10)

    private let delivered = Counter(label: "ibp_webhook_attempts_total", dimensions: [("outcome", "delivered")])
    private let retried = Counter(label: "ibp_webhook_attempts_total", dimensions: [("outcome", "retried")])
    private let failed = Counter(label: "ibp_webhook_attempts_total", dimensions: [("outcome", "failed")])
    private let dropped = Counter(label: "ibp_webhook_dropped_total")
    private let pending = Gauge(label: "ibp_webhook_pending")
    private let age = Gauge(label: "ibp_webhook_pending_age_seconds")

    func count(_ verdict: RetryRule.Verdict) {
        switch verdict {
        case .delivered: delivered.increment()
        case .retry: retried.increment()
        case .failed, .gone: failed.increment()
        }
    }

    /// Deliveries that were never made, because the endpoint has too many already.
    func drop(_ count: Int) { dropped.increment(by: Int64(count)) }

    func show(_ depth: (count: Int, oldest: Instant?), at now: Instant) {
        pending.record(depth.count)
        age.record(depth.oldest.map { max(0, now.seconds(since: $0)) } ?? 0)
    }
}
