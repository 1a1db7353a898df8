package import Foundation

/// `pending`: it is tried, now or later. `failed`: no more, until somebody replays it.
package enum WebhookDeliveryState: String, Codable, Sendable, CaseIterable { case pending, delivered, failed }

/// One event on its way to one endpoint.
package struct WebhookDelivery: Codable, Sendable, Hashable {
    package var id: UUID
    /// The event's id, as in the audit log.
    package var eventId: UUID
    /// `user.created`, …, or `webhook.test`.
    package var type: String
    package var state: WebhookDeliveryState
    package var createdAt: Instant
    /// When it is tried next; nil unless it is pending.
    package var nextAttemptAt: Instant?
    package var finishedAt: Instant?
    /// Those since it was made, the oldest first; of more than 20 the newest.
    package var attempts: [WebhookAttempt]

    package init(
        id: UUID, eventId: UUID, type: String, state: WebhookDeliveryState, createdAt: Instant,
        nextAttemptAt: Instant?, finishedAt: Instant?, attempts: [WebhookAttempt]
    ) {
        self.id = id
        self.eventId = eventId
        self.type = type
        self.state = state
        self.createdAt = createdAt
        self.nextAttemptAt = nextAttemptAt
        self.finishedAt = finishedAt
        self.attempts = attempts
    }
}

package struct WebhookAttempt: Codable, Sendable, Hashable {
    package var at: Instant
    package var durationMilliseconds: Int
    /// What the endpoint answered; nil when it did not.
    package var status: Int?
    /// The beginning of its answer, at most 256 characters.
    package var response: String?
    /// Why there is no answer that counts.
    package var error: String?

    package init(at: Instant, durationMilliseconds: Int, status: Int?, response: String?, error: String?) {
        self.at = at
        self.durationMilliseconds = durationMilliseconds
        self.status = status
        self.response = response
        self.error = error
    }
}

package struct WebhookDeliveryQuery: Codable, Sendable {
    /// 1 ... 100, 50 when left out.
    package var limit: Int?
    package var cursor: String?
    package var state: WebhookDeliveryState?

    package init(limit: Int? = nil, cursor: String? = nil, state: WebhookDeliveryState? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.state = state
    }
}

/// The newest first.
package struct WebhookDeliveryPage: Codable, Sendable {
    package var items: [WebhookDelivery]
    package var nextCursor: String?

    package init(items: [WebhookDelivery], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// Asks to send again what has failed.
package struct WebhookReplay: Codable, Sendable {
    /// Deliveries made then or later.
    package var since: Instant

    package init(since: Instant) { self.since = since }
}

package struct WebhookReplayed: Codable, Sendable {
    /// How many are sent again, at most 1000.
    package var count: Int
    /// There are more: ask again.
    package var hasMore: Bool

    package init(count: Int, hasMore: Bool) {
        self.count = count
        self.hasMore = hasMore
    }
}
