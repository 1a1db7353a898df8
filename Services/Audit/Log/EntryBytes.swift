import Contracts
import Foundation

/// The bytes of an entry, of which its leaf hash is made. Their form is for ever: a change of one character makes all
/// that was logged before look forged. What an event gains later goes in only where it is set, as `requestId` does.
enum EntryBytes {
    static func make(_ event: Event, source: String, sequence: Int64) -> Data {
        CanonicalJSON.object([
            "actor": .object([
                "address": event.actor.address.map(CanonicalJSON.string), "id": .string(event.actor.id),
                "kind": .string(event.actor.kind), "session": (event.actor.session?.text).map(CanonicalJSON.string),
            ]),
            "changes": .array(
                event.changes.map { change in
                    .object([
                        "after": change.after.map(CanonicalJSON.string),
                        "before": change.before.map(CanonicalJSON.string),
                        "field": .string(change.field),
                    ])
                }),
            "id": .string(event.id.text),
            "requestId": event.requestId.map(CanonicalJSON.string),
            "source": .string(source),
            "sourceSeq": .integer(sequence),
            "subject": .object([
                "id": .string(event.subject.id), "kind": .string(event.subject.kind),
                "number": event.subject.number.map(CanonicalJSON.string),
            ]),
            "time": .string(event.time.text),
            "type": .string(event.type),
            "version": .integer(event.version),
        ]).bytes
    }

    /// The event as it was logged; its trace id is not part of an entry.
    static func event(in bytes: Data) throws -> Event { try JSONDecoder().decode(Event.self, from: bytes) }
}
