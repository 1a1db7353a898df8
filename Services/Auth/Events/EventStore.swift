import Contracts
import GRDB
import RPC
import Storage

extension Occasion {
    /// Writes an event in the transaction of the change it tells of. No secret and no stranger's e-mail may be in it.
    func record(
        _ type: String, _ subject: EventSubject, version: Int64 = 0, changes: [FieldChange] = [], in db: Database
    ) throws {
        let event = Event(
            id: UUIDv7.make(at: now), type: type, time: now, actor: actor, subject: subject, version: version,
            changes: changes, requestId: requestID, traceId: traceID)
        try Outbox.append(
            Outbox.NewEntry(
                eventID: event.id, topic: event.topic, aggregate: subject.id, type: type, aggregateVersion: version,
                occurredMilliseconds: now.milliseconds, traceID: traceID, actor: "\(actor.kind):\(actor.id)",
                payload: try StrictJSON.encode(event)),
            in: db)
    }
}
