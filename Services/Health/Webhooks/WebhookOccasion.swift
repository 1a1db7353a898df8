import Contracts
import Foundation
import RPC

/// When, by whom and in which call webhooks are changed: what the events of one transaction share.
struct WebhookOccasion: Sendable {
    let now: Instant
    let actor: EventActor
    let requestID: String?
    let traceID: String?

    init(_ context: RPCContext, at now: Instant) {
        self.now = now
        actor = EventActor(context)
        requestID = context.requestID
        traceID = context.trace.traceID
    }

    /// What the service does by itself.
    init(ownAt now: Instant) {
        self.now = now
        actor = .service(Peer.health)
        requestID = nil
        traceID = nil
    }

    /// Nothing in it may be secret, and of a URL everything behind the host may be.
    func event(_ type: String, of endpoint: UUID, version: Int64, _ changes: [FieldChange] = []) -> Event {
        Event(
            id: UUIDv7.make(at: now), type: type, time: now, actor: actor,
            subject: EventSubject(kind: "webhook", id: endpoint.text), version: version, changes: changes,
            requestId: requestID, traceId: traceID)
    }
}

/// What the log is told of a change.
enum WebhookChanges {
    static func between(_ before: Webhook?, _ after: Webhook) -> [FieldChange] {
        func change(_ field: String, _ value: (Webhook) -> String?) -> FieldChange? {
            let (old, new) = (before.flatMap(value), value(after))
            return old == new ? nil : FieldChange(field, before: old, after: new)
        }
        var changes = [
            change("host") { URLComponents(string: $0.url)?.host },
            change("description", \.description),
            change("events") { $0.events.joined(separator: " ") },
            change("status", \.status.rawValue),
            change("reason") { $0.disabledReason?.rawValue },
        ].compactMap(\.self)
        if let before, before.url != after.url, !changes.contains(where: { $0.field == "host" }) {
            changes.append(FieldChange("url", before: nil, after: nil))
        }
        return changes
    }
}
