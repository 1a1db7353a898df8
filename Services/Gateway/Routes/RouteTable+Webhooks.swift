import Contracts

extension RouteTable {
    static let webhooks: [Route] = [
        .get("/api/webhooks", "List the webhooks", HealthMethods.webhooks)
            .allow(.manageWebhooks),
        .post("/api/webhooks", "Add a webhook; its secret is shown this once", HealthMethods.addWebhook)
            .allow(.manageWebhooks).body(16 * 1024).created(at: "/api/webhooks/"),
        .get("/api/webhooks/{id}", "One webhook", HealthMethods.webhook)
            .allow(.manageWebhooks),
        .patch("/api/webhooks/{id}", "Change, disable or enable a webhook", HealthMethods.updateWebhook)
            .allow(.manageWebhooks).body(16 * 1024).ifMatch(),
        .delete("/api/webhooks/{id}", "Remove a webhook with its deliveries", HealthMethods.removeWebhook)
            .allow(.manageWebhooks).ifMatch().noContent(),
        .post(
            "/api/webhooks/{id}/rotate-secret",
            "Make a new secret, shown this once; for 24 hours the old one signs beside it",
            HealthMethods.rotateWebhookSecret
        )
        .allow(.manageWebhooks).created(),
        .post("/api/webhooks/{id}/test", "Send a `webhook.test` event", HealthMethods.testWebhook)
            .allow(.manageWebhooks).created(),
        .get(
            "/api/webhooks/{id}/deliveries", "What was sent to it in 30 days, newest first",
            HealthMethods.webhookDeliveries
        )
        .allow(.manageWebhooks).query(.webhookDeliveries),
        .post("/api/webhooks/{id}/deliveries/{deliveryId}/replay", "Send a delivery again", HealthMethods.replayWebhook)
            .allow(.manageWebhooks),
        .post(
            "/api/webhooks/{id}/replay-failed", "Send again all that failed since a time, 1000 at once",
            HealthMethods.replayFailedWebhooks
        )
        .allow(.manageWebhooks).body(4096),
    ]
}
