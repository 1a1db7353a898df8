import Contracts
import Foundation
import RPC

/// What endpoints are told of an event.
///
/// Of deals, and of all that belongs to them, only ids: an administrator, who sets endpoints up, sees nothing of deals
/// either. Of people and of what administrators set up also who did it and what was changed.
struct WebhookMessage: Sendable {
    /// Of the body; the specification asks for less than 20 kB.
    static let bytesMax = 20_000

    let eventID: UUID
    let type: String
    let time: Instant
    let body: Data

    init(_ event: Event) throws {
        var data = Content(eventId: event.id, subject: Subject(event.subject), version: event.version)
        if event.topic == "users" {
            data.actor = Subject(kind: event.actor.kind, id: event.actor.id)
            data.changes = event.changes
        }
        try self.init(id: event.id, type: event.type, time: event.time, data)
    }

    /// To try an endpoint out.
    static func test(of endpoint: UUID, by user: UUID, at now: Instant) throws -> WebhookMessage {
        let id = UUIDv7.make(at: now)
        let data = Content(
            eventId: id, subject: Subject(kind: "webhook", id: endpoint.text), version: 0,
            actor: Subject(kind: "user", id: user.text))
        return try WebhookMessage(id: id, type: EventType.webhookTest, time: now, data)
    }

    private init(id: UUID, type: String, time: Instant, _ data: Content) throws {
        (eventID, self.type, self.time) = (id, type, time)
        var body = try StrictJSON.encode(Whole(type: type, timestamp: time, data: data))
        if body.count >= Self.bytesMax {
            var short = data
            short.changes = nil
            short.changesOmitted = true
            body = try StrictJSON.encode(Whole(type: type, timestamp: time, data: short))
        }
        self.body = Data(body)
    }

    /// What tells a message from all others, the same however often it is sent. It must hold no dot.
    static func id(event: UUID, endpoint: UUID) -> String { "msg_\(event.text)_\(endpoint.text)" }

    private struct Whole: Codable {
        let type: String
        let timestamp: Instant
        let data: Content
    }

    private struct Content: Codable {
        let eventId: UUID
        let subject: Subject
        let version: Int64
        var actor: Subject?
        var changes: [FieldChange]?
        /// There were too many for a message.
        var changesOmitted: Bool?
    }

    private struct Subject: Codable {
        let kind, id: String

        init(kind: String, id: String) {
            self.kind = kind
            self.id = id
        }

        init(_ subject: EventSubject) { self.init(kind: subject.kind, id: subject.id) }
    }
}
