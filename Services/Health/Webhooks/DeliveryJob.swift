import Contracts
import Foundation

/// One delivery that is due, with all that an attempt needs.
struct DeliveryJob: Sendable, Hashable {
    let id: UUID
    let endpoint: UUID
    let event: UUID
    let url: String
    let body: Data
    /// The newest first; each signs.
    let secrets: [WebhookSecret]
    /// Attempts before this one, since it was made or replayed.
    let tries: Int
    /// All before this one.
    let attempts: Int

    func signature(at now: Instant) -> WebhookSignature {
        WebhookSignature(
            id: WebhookMessage.id(event: event, endpoint: endpoint), timestamp: now.milliseconds / 1000, body: body,
            secrets: secrets)
    }
}

/// What is to be done now, and when to look again.
struct DueDeliveries: Sendable {
    var jobs: [DeliveryJob] = []
    /// Nil when nothing waits.
    var next: Instant?
}
