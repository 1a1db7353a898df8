import Contracts
import Foundation
import RPC

extension Event {
    /// An event of a secret deal carries ids only: neither its number nor what changed.
    static func about(_ deal: Deal, type: String, by caller: Caller, isSecret: Bool, changes: [FieldChange]) -> Event {
        Event(
            id: UUIDv7.make(at: caller.now), type: type, time: caller.now, actor: EventActor(caller.context),
            subject: EventSubject(kind: "deal", id: deal.id.text, number: isSecret ? nil : deal.number),
            version: deal.version, changes: isSecret ? [] : changes, requestId: caller.context.requestID,
            traceId: caller.context.trace.traceID)
    }
}

/// The outbox as consumers pull it.
struct EventHandlers: Sendable {
    let events: EventStore

    func pull(_ input: EventPull, _ context: RPCContext) async throws -> EventPage {
        var faults: [FieldFault] = []
        if input.after < 0 { faults.append(FieldFault("after", "out_of_range", "must not be negative")) }
        if !(1...500).contains(input.limit) { faults.append(FieldFault("limit", "out_of_range", "must be 1 to 500")) }
        if !(0...20_000).contains(input.waitMilliseconds) {
            faults.append(FieldFault("waitMilliseconds", "out_of_range", "must be 0 to 20000"))
        }
        guard faults.isEmpty else { throw RPCFault.invalid(faults) }
        return try await events.pull(input)
    }
}
