import Contracts

/// How it ended for who wanted it, as the type of the event tells; the event's own word goes before.
enum EntryOutcome {
    static func of(_ event: Event) -> EventOutcome { event.outcome ?? of(type: event.type) }

    static func of(type: String) -> EventOutcome {
        switch type {
        case EventType.sessionFailed: .failed
        // A token or a key that somebody else has was shown, and sent away.
        case EventType.sessionReused, EventType.passkeyCloned, EventType.passwordRefused: .refused
        case EventType.dealWallCrossingRefused: .refused
        default: .success
        }
    }
}
