import Contracts
import Foundation

/// What the bytes of an entry say, of either version: personal values of a newer one as their commitments.
struct LoggedEntry: Decodable {
    /// A text in plain, or the commitment to one.
    enum Value: Decodable, Hashable {
        case plain(String)
        case committed(String)

        private enum Key: String, CodingKey { case commitment }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self = .plain(text)
            } else {
                self = .committed(try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .commitment))
            }
        }
    }

    struct Actor: Decodable {
        var kind: String
        var id: String
        var session: UUID?
        var address: Value?
    }

    struct Change: Decodable {
        var field: String
        var before: Value?
        var after: Value?
    }

    var id: UUID
    var type: String
    var time: Instant
    var actor: Actor
    var subject: EventSubject
    var version: Int64
    var changes: [Change]
    var requestId: String?
    var traceId: String?
    var outcome: EventOutcome?

    init(bytes: Data) throws { self = try JSONDecoder().decode(LoggedEntry.self, from: bytes) }

    /// Of all personal values, by path.
    var commitments: [String: String] {
        var found: [String: String] = [:]
        func take(_ path: String, _ value: Value?) {
            if case .committed(let commitment)? = value { found[path] = commitment }
        }
        take(PersonalFields.address, actor.address)
        for (index, change) in changes.enumerated() {
            take(PersonalFields.path(index, .before), change.before)
            take(PersonalFields.path(index, .after), change.after)
        }
        return found
    }

    /// - Parameter personal: the values that are still there, by path.
    func event(with personal: [String: String]) -> Event {
        func text(_ path: String, _ value: Value?) -> String? {
            if case .plain(let text)? = value { text } else { personal[path] }
        }
        return Event(
            id: id, type: type, time: time,
            actor: EventActor(
                kind: actor.kind, id: actor.id, session: actor.session,
                address: text(PersonalFields.address, actor.address)),
            subject: subject, version: version,
            changes: changes.enumerated().map { index, change in
                FieldChange(
                    change.field, before: text(PersonalFields.path(index, .before), change.before),
                    after: text(PersonalFields.path(index, .after), change.after))
            }, requestId: requestId, traceId: traceId, outcome: outcome)
    }
}
