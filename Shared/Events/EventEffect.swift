package import Contracts
package import GRDB

/// What a consumer does with events, each time in the transaction in which its cursor moves.
package struct EventEffect: Sendable {
    /// Takes in events that were not taken in before, in their order. `EventRefused`, a value that a CHECK, NOT NULL or
    /// foreign key refuses, and what cannot be decoded are the event's fault; every other error is tried again for ever.
    package let apply: @Sendable ([SequencedEvent], Database) throws -> Void
    /// Takes in one that was parked, after later ones of other aggregates.
    package let redrive: @Sendable (SequencedEvent, Database) throws -> Void
    /// Writes down that an operator had a parked event taken in or passed over.
    package let record: @Sendable (DeadLetterAct, Database) throws -> Void

    package init(
        apply: @escaping @Sendable ([SequencedEvent], Database) throws -> Void,
        redrive: (@Sendable (SequencedEvent, Database) throws -> Void)? = nil,
        record: @escaping @Sendable (DeadLetterAct, Database) throws -> Void
    ) {
        self.apply = apply
        if let redrive {
            self.redrive = redrive
        } else {
            self.redrive = { event, db in try apply([event], db) }
        }
        self.record = record
    }
}

/// The event itself is why it cannot be taken in; another try is as likely to fail.
package struct EventRefused: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// What an operator did with a parked event.
package struct DeadLetterAct: Sendable, Hashable {
    /// `EventType.eventRedriven` or `.eventSkipped`.
    package let type: String
    package let source: String
    package let group: String
    package let sequence: Int64
    package let aggregate: String
    package let actor: EventActor
    package let time: Instant
    /// Empty for what was taken in.
    package let reason: String

    /// As an entry of a log or an event of the consumer's own.
    package var event: Event {
        Event(
            id: UUIDv7.make(at: time), type: type, time: time, actor: actor,
            subject: EventSubject(kind: "event", id: "\(source):\(sequence)"),
            changes: [
                FieldChange("group", before: nil, after: group),
                FieldChange("aggregate", before: nil, after: aggregate),
            ] + (reason.isEmpty ? [] : [FieldChange("reason", before: nil, after: reason)]))
    }
}

enum EventFault {
    private static let codes: [ResultCode] = [
        .SQLITE_CONSTRAINT_CHECK, .SQLITE_CONSTRAINT_NOTNULL, .SQLITE_CONSTRAINT_FOREIGNKEY, .SQLITE_TOOBIG,
    ]

    /// Whether the event is to blame, not the file, the disk or the source.
    static func isOfTheEvent(_ error: any Error) -> Bool {
        switch error {
        case is EventRefused, is DecodingError: true
        case let error as DatabaseError: codes.contains(error.extendedResultCode)
        default: false
        }
    }

    /// One line that names what did not fit. Values stay out of it: they may be long, and this goes into logs.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as EventRefused: error.description
        case DecodingError.keyNotFound(let key, _): "the field \(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "the field \(path(context)) has the wrong type"
        case DecodingError.dataCorrupted(let context):
            context.codingPath.isEmpty ? "it is not JSON" : "the field \(path(context)) does not fit"
        case let error as DatabaseError: "SQLite \(error.extendedResultCode): \(error.message ?? "")"
        default: "\(error)"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}
