import Contracts
import Foundation
import RPC

/// An endpoint's checked fields.
struct WebhookForm: Sendable, Hashable {
    static let descriptionLengthMax = 200

    var url: String
    var description: String?
    var filter: EventFilter

    /// - Throws: all that is wrong with the fields at once.
    init(_ input: NewWebhook, _ rule: AddressRule) throws {
        try self.init(url: input.url, description: input.description, events: input.events, rule)
    }

    /// What the endpoint is with the changes. A URL that was taken under other settings does not keep it from being turned off:
    /// it is looked at when it changes, or when messages are to go there.
    /// - Throws: all that is wrong with the fields at once.
    init(_ patch: WebhookPatch, of webhook: Webhook, _ rule: AddressRule) throws {
        let isOn = (patch.status ?? webhook.status) == .enabled
        try self.init(
            url: patch.url ?? webhook.url, description: patch.description ?? webhook.description,
            events: patch.events ?? webhook.events, patch.url != nil || isOn ? rule : nil)
    }

    /// - Parameter rule: nil when the URL stays as it is stored.
    private init(url: String, description: String?, events: [String], _ rule: AddressRule?) throws {
        var faults: [FieldFault] = []
        var place = url
        if let rule {
            do { place = try WebhookURL(url, rule).text } catch { faults.append(error.fault) }
        }
        let filter = EventFilter(events)
        if filter == nil {
            faults.append(
                FieldFault(
                    "events", "invalid",
                    "must be 1 to \(EventFilter.countMax) types such as user.created, or beginnings such as deal., each once"
                ))
        }
        let text = description?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        let scalars = text.unicodeScalars
        if scalars.count > Self.descriptionLengthMax
            || scalars.contains(where: { $0.properties.generalCategory == .control })
        {
            faults.append(
                FieldFault(
                    "description", "invalid", "must have at most \(Self.descriptionLengthMax) characters on one line"))
        }
        guard let filter, faults.isEmpty else { throw RPCFault.invalid(faults) }
        self.url = place
        self.description = text.isEmpty ? nil : text
        self.filter = filter
    }
}
