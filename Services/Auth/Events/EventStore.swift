import Contracts
import Events
import GRDB

extension Occasion {
    /// Writes an event in the transaction of the change it tells of. No secret and no stranger's e-mail may be in it.
    func record(
        _ type: String, _ subject: EventSubject, version: Int64 = 0, changes: [FieldChange] = [], in db: Database
    ) throws {
        let event = Event(
            id: UUIDv7.make(at: now), type: type, time: now, actor: actor, subject: subject, version: version,
            changes: changes, requestId: requestID, traceId: traceID)
        try EventFeed.append(event, in: db)
    }
}
