import Contracts
import RPC

extension Event {
    /// Of what is no deal's own: an export, an import. Its changes hold nothing that only a deal's team may know.
    static func of(_ subject: EventSubject, type: String, by caller: Caller, changes: [FieldChange]) -> Event {
        Event(
            id: UUIDv7.make(at: caller.now), type: type, time: caller.now, actor: EventActor(caller.context),
            subject: subject, changes: changes, requestId: caller.context.requestID,
            traceId: caller.context.trace.traceID)
    }
}
