package import Foundation
package import RPC

// Webhooks: what happened, told to programs of others as the Standard Webhooks specification has it.
extension HealthMethods {
    package static let webhooks = RPCMethod<Nothing, WebhookList>(
        0x0410, "health.webhooks.list", callers: [Peer.gateway], isIdempotent: true)
    package static let addWebhook = RPCMethod<NewWebhook, CreatedWebhook>(
        0x0411, "health.webhooks.create", callers: [Peer.gateway])
    package static let webhook = RPCMethod<Nothing, Webhook>(
        0x0412, "health.webhooks.get", callers: [Peer.gateway], isIdempotent: true)
    package static let updateWebhook = RPCMethod<WebhookPatch, Webhook>(
        0x0413, "health.webhooks.update", callers: [Peer.gateway])
    package static let removeWebhook = RPCMethod<Nothing, Nothing>(
        0x0414, "health.webhooks.remove", callers: [Peer.gateway])
    package static let rotateWebhookSecret = RPCMethod<Nothing, RotatedWebhookSecret>(
        0x0415, "health.webhooks.rotateSecret", callers: [Peer.gateway])
    package static let testWebhook = RPCMethod<Nothing, WebhookDelivery>(
        0x0416, "health.webhooks.test", callers: [Peer.gateway])
    package static let webhookDeliveries = RPCMethod<WebhookDeliveryQuery, WebhookDeliveryPage>(
        0x0417, "health.webhooks.deliveries", callers: [Peer.gateway], isIdempotent: true)
    package static let replayWebhook = RPCMethod<Nothing, WebhookDelivery>(
        0x0418, "health.webhooks.replay", callers: [Peer.gateway])
    package static let replayFailedWebhooks = RPCMethod<WebhookReplay, WebhookReplayed>(
        0x0419, "health.webhooks.replayFailed", callers: [Peer.gateway])
}

package enum WebhookStatus: String, Codable, Sendable, CaseIterable { case enabled, disabled }

/// Why an endpoint gets nothing: `by_administrator`; `gone`, it answered 410; `failing`, for days.
package enum WebhookDisabledReason: String, Codable, Sendable, CaseIterable {
    case byAdministrator = "by_administrator"
    case gone, failing
}

package struct NewWebhook: Codable, Sendable {
    /// `https` with the name of a host; no more than 2000 characters.
    package var url: String
    /// What it is for, for people: at most 200 characters.
    package var description: String?
    /// 1 to 50 types of events, such as `user.created`; with a dot at the end all below it: `deal.`.
    package var events: [String]

    package init(url: String, description: String? = nil, events: [String]) {
        self.url = url
        self.description = description
        self.events = events
    }
}

/// What is left out stays as it is.
package struct WebhookPatch: Codable, Sendable {
    package var url: String?
    /// Empty for none.
    package var description: String?
    package var events: [String]?
    package var status: WebhookStatus?

    package init(
        url: String? = nil, description: String? = nil, events: [String]? = nil, status: WebhookStatus? = nil
    ) {
        self.url = url
        self.description = description
        self.events = events
        self.status = status
    }
}

/// An endpoint: never its secret.
package struct Webhook: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var url: String
    package var description: String?
    package var events: [String]
    package var status: WebhookStatus
    package var disabledReason: WebhookDisabledReason?
    /// Since when nothing has got through; nil when the last attempt did, or there was none.
    package var failingSince: Instant?
    /// Until then the secret before the newest one signs too.
    package var previousSecretUntil: Instant?
    package var version: Int64
    package var createdAt: Instant
    package var updatedAt: Instant

    package var resourceID: String { id.text }

    package init(
        id: UUID, url: String, description: String?, events: [String], status: WebhookStatus,
        disabledReason: WebhookDisabledReason?, failingSince: Instant?, previousSecretUntil: Instant?, version: Int64,
        createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.url = url
        self.description = description
        self.events = events
        self.status = status
        self.disabledReason = disabledReason
        self.failingSince = failingSince
        self.previousSecretUntil = previousSecretUntil
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package struct CreatedWebhook: Codable, Sendable, RPCResource {
    /// `whsec_` and base64, to check signatures with: shown this once.
    package var secret: String
    package var webhook: Webhook

    package var resourceID: String { webhook.resourceID }
    package var version: Int64 { webhook.version }

    package init(secret: String, webhook: Webhook) {
        self.secret = secret
        self.webhook = webhook
    }
}

package struct RotatedWebhookSecret: Codable, Sendable {
    /// `whsec_` and base64: shown this once.
    package var secret: String
    /// Until then the one before it signs too.
    package var previousSecretUntil: Instant

    package init(secret: String, previousSecretUntil: Instant) {
        self.secret = secret
        self.previousSecretUntil = previousSecretUntil
    }
}

package struct WebhookList: Codable, Sendable {
    /// All there are, at most 50, the oldest first.
    package var items: [Webhook]

    package init(items: [Webhook]) { self.items = items }
}
