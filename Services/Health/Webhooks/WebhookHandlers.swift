import Contracts
import Foundation
import RPC
import ServiceKit

/// Webhooks over the wire, for administrators.
struct WebhookHandlers: Sendable {
    let endpoints: EndpointStore
    let log: DeliveryLogStore
    let rule: AddressRule
    /// Rung when something may have become due.
    let bell: Bell
    var clock: WallClock = { .now }

    func register(on router: inout RPCRouter) {
        router.on(HealthMethods.webhooks) { _, context in try await list(context) }
        router.on(HealthMethods.addWebhook, create)
        router.on(HealthMethods.webhook) { _, context in try await get(context) }
        router.on(HealthMethods.updateWebhook, update)
        router.on(HealthMethods.removeWebhook) { _, context in try await remove(context) }
        router.on(HealthMethods.rotateWebhookSecret) { _, context in try await rotateSecret(context) }
        router.on(HealthMethods.testWebhook) { _, context in try await test(context) }
        router.on(HealthMethods.webhookDeliveries, deliveries)
        router.on(HealthMethods.replayWebhook) { _, context in try await replay(context) }
        router.on(HealthMethods.replayFailedWebhooks, replayFailed)
    }

    func list(_ context: RPCContext) async throws -> WebhookList {
        _ = try context.require(.manageWebhooks)
        return WebhookList(items: try await endpoints.all(at: clock()))
    }

    func create(_ input: NewWebhook, _ context: RPCContext) async throws -> CreatedWebhook {
        _ = try context.require(.manageWebhooks)
        let form = try WebhookForm(input, rule)
        do { return try await endpoints.create(form, WebhookOccasion(context, at: clock())) } catch {
            throw Self.fault(error)
        }
    }

    func get(_ context: RPCContext) async throws -> Webhook {
        _ = try context.require(.manageWebhooks)
        return try await endpoints.one(context.webhook, at: clock())
    }

    func update(_ input: WebhookPatch, _ context: RPCContext) async throws -> Webhook {
        _ = try context.require(.manageWebhooks)
        let rule = rule
        let webhook = try await endpoints.update(context.webhook, WebhookOccasion(context, at: clock())) { before in
            try context.requireVersion(of: before)
            let form = try WebhookForm(input, of: before, rule)
            var after = before
            after.url = form.url
            after.description = form.description
            after.events = form.filter.patterns
            if let status = input.status, status != before.status {
                after.status = status
                after.disabledReason = status == .disabled ? .byAdministrator : nil
            }
            return after
        }
        bell.ring()
        return webhook
    }

    func remove(_ context: RPCContext) async throws -> Nothing {
        _ = try context.require(.manageWebhooks)
        try await endpoints.remove(context.webhook, WebhookOccasion(context, at: clock())) {
            try context.requireVersion(of: $0)
        }
        return Nothing()
    }

    func rotateSecret(_ context: RPCContext) async throws -> RotatedWebhookSecret {
        _ = try context.require(.manageWebhooks)
        return try await endpoints.rotateSecret(context.webhook, WebhookOccasion(context, at: clock()))
    }

    func test(_ context: RPCContext) async throws -> WebhookDelivery {
        let identity = try context.require(.manageWebhooks)
        let endpoint = try context.webhook
        return try await sending {
            try await log.test(endpoint, by: identity.subject, WebhookOccasion(context, at: clock()))
        }
    }

    func deliveries(_ query: WebhookDeliveryQuery, _ context: RPCContext) async throws -> WebhookDeliveryPage {
        _ = try context.require(.manageWebhooks)
        let page = try DeliveryPage(query)
        return page.cut(try await log.page(page, of: context.webhook, at: clock()))
    }

    func replay(_ context: RPCContext) async throws -> WebhookDelivery {
        _ = try context.require(.manageWebhooks)
        let endpoint = try context.webhook
        guard let delivery = context.resource.dropFirst().first.flatMap(UUID.init(uuidString:)) else {
            _ = try await endpoints.one(endpoint, at: clock())
            throw RPCFault.notFound("delivery")
        }
        return try await sending {
            try await log.replay(delivery, of: endpoint, WebhookOccasion(context, at: clock()))
        }
    }

    func replayFailed(_ input: WebhookReplay, _ context: RPCContext) async throws -> WebhookReplayed {
        _ = try context.require(.manageWebhooks)
        let endpoint = try context.webhook
        return try await sending {
            try await log.replayFailed(of: endpoint, since: input.since, WebhookOccasion(context, at: clock()))
        }
    }

    private func sending<T: Sendable>(_ work: () async throws -> T) async throws -> T {
        do {
            let result = try await work()
            bell.ring()
            return result
        } catch {
            throw Self.fault(error)
        }
    }

    private static func fault(_ error: any Error) -> any Error {
        switch error {
        case EndpointStore.Refusal.tooMany:
            RPCFault(
                .failedPrecondition, "too_many_webhooks",
                "There are \(EndpointStore.endpointsMax) webhooks already; remove one first.")
        case EndpointStore.Refusal.disabled:
            RPCFault(.failedPrecondition, "webhook_disabled", "This webhook is disabled; enable it first.")
        default: error
        }
    }
}

extension RPCContext {
    /// The id in the path.
    /// - Throws: `not_found` when what stands there is none.
    fileprivate var webhook: UUID {
        get throws {
            guard let id = resource.first.flatMap(UUID.init(uuidString:)) else { throw RPCFault.notFound("webhook") }
            return id
        }
    }

    /// - Throws: `version_required`, or `version_mismatch` with the webhook as it stands.
    fileprivate func requireVersion(of webhook: Webhook) throws {
        guard let expected = ifMatch else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        guard expected != webhook.version else { return }
        throw RPCFault(
            .aborted, "version_mismatch", "The webhook has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(webhook), as: UTF8.self))
    }
}
