import Contracts
import Events
import Foundation
import GRDB
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

    /// Writes the event in the transaction of the change. It tells no more than ids when the deal is secret or was until
    /// now.
    /// - Parameter ids: of what belongs to the deal and was changed or read; told of a secret deal, too.
    static func record(
        _ type: String, about deal: Deal, before: Deal? = nil, by caller: Caller, ids: [FieldChange] = [],
        changes: [FieldChange], in db: Database
    ) throws {
        let isSecret = [before, deal].contains { $0?.confidentiality == .secret }
        var event = about(deal, type: type, by: caller, isSecret: isSecret, changes: changes)
        event.changes = ids + event.changes
        try EventFeed.append(event, in: db)
    }
}
