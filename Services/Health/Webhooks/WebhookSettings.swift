import ServiceKit
import Storage

/// What an operator may set of webhooks.
struct WebhookSettings: Sendable {
    /// Seals the endpoints' secrets; not the box that auth makes of the same key.
    let box: SecretBox
    let rule: AddressRule

    init(box: SecretBox, rule: AddressRule = .publicOnly) {
        self.box = box.derived(for: "ibpipeline health webhooks 1")
        self.rule = rule
    }

    init(_ reader: inout SettingsReader) throws {
        let targets = try reader.string(
            "webhook.private.targets", default: "refuse",
            "allow or refuse: whether webhooks may lead into private networks, and be without TLS")
        guard let rule = ["refuse": AddressRule.publicOnly, "allow": .any][targets] else {
            throw SettingsError("IBP_WEBHOOK_PRIVATE_TARGETS is \(targets), but must be allow or refuse")
        }
        self.init(box: try SecretBox(&reader, file: "health.sqlite"), rule: rule)
    }
}
