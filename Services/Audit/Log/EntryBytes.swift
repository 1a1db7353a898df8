import Contracts
import Foundation

/// The bytes of an entry, of which its leaf hash is made. Their form is for ever: a change of one character makes all
/// that was logged before look forged. What an event gains later goes in only where it is set, as `requestId` does.
///
/// Since version 2 (`"v":2`) they say the outcome and the trace id, and of a personal value only a commitment. Entries
/// from before have no `v`, and everything in plain.
enum EntryBytes {
    private static let version: Int64 = 2

    static func sealed(
        _ event: Event, source: String, sequence: Int64, salt: () -> Data = PersonalValue.randomSalt
    ) -> SealedEntry {
        var personal: [PersonalValue] = []
        func commitment(_ path: String, _ value: String?) -> CanonicalJSON? {
            guard let value else { return nil }
            let kept = PersonalValue(path: path, salt: salt(), value: value)
            personal.append(kept)
            return .object(["commitment": .string(kept.commitment)])
        }
        let json = CanonicalJSON.object([
            "actor": .object([
                "address": commitment(PersonalFields.address, event.actor.address), "id": .string(event.actor.id),
                "kind": .string(event.actor.kind), "session": (event.actor.session?.text).map(CanonicalJSON.string),
            ]),
            "changes": .array(
                event.changes.enumerated().map { index, change in
                    let isPersonal = PersonalFields.contain(change.field, of: event.type)
                    func json(_ end: PersonalFields.End, _ value: String?) -> CanonicalJSON? {
                        guard isPersonal else { return value.map(CanonicalJSON.string) }
                        return commitment(PersonalFields.path(index, end), value)
                    }
                    return .object([
                        "after": json(.after, change.after), "before": json(.before, change.before),
                        "field": .string(change.field),
                    ])
                }),
            "id": .string(event.id.text),
            "outcome": .string(EntryOutcome.of(event).rawValue),
            "requestId": event.requestId.map(CanonicalJSON.string),
            "source": .string(source),
            "sourceSeq": .integer(sequence),
            "subject": .object([
                "id": .string(event.subject.id), "kind": .string(event.subject.kind),
                "number": event.subject.number.map(CanonicalJSON.string),
            ]),
            "time": .string(event.time.text),
            "traceId": event.traceId.map(CanonicalJSON.string),
            "type": .string(event.type),
            "v": .integer(version),
            "version": .integer(event.version),
        ])
        return SealedEntry(event: event, bytes: json.bytes, personal: personal)
    }
}

/// An event as it is logged.
struct SealedEntry: Sendable {
    /// What the bytes tell of, which is what it is found by, too.
    let event: Event
    let bytes: Data
    /// The personal values that the bytes commit to.
    let personal: [PersonalValue]
}
