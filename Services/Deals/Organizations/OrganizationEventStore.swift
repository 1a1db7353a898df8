import Contracts
import Events
import Foundation
import GRDB
import RPC

extension Event {
    /// Writes an event about an organization in the transaction of the change.
    static func record(
        _ type: String, about organization: Organization, by caller: Caller, ids: [FieldChange] = [],
        changes: [FieldChange], in db: Database
    ) throws {
        try record(
            type, EventSubject(kind: "organization", id: organization.id.text), organization.version,
            of: organization, by: caller, ids: ids, changes: changes, in: db)
    }

    static func record(
        _ type: String, about person: ContactPerson, of organization: Organization, by caller: Caller,
        changes: [FieldChange], in db: Database
    ) throws {
        let id = FieldChange("organizationId", before: nil, after: organization.id.text)
        try record(
            type, EventSubject(kind: "person", id: person.id.text), person.version, of: organization, by: caller,
            ids: [id], changes: changes, in: db)
    }

    /// It tells no more than ids while a secret deal is all that an organization is known by, or one of several.
    private static func record(
        _ type: String, _ subject: EventSubject, _ version: Int64, of organization: Organization, by caller: Caller,
        ids: [FieldChange], changes: [FieldChange], in db: Database
    ) throws {
        let tellsAll = try organization.scope == .directory || !isOnSecretDeal(organization.id, in: db)
        try EventFeed.append(
            Event(
                id: UUIDv7.make(at: caller.now), type: type, time: caller.now, actor: EventActor(caller.context),
                subject: subject, version: version, changes: ids + (tellsAll ? changes : []),
                requestId: caller.context.requestID, traceId: caller.context.trace.traceID),
            in: db)
    }

    private static func isOnSecretDeal(_ organization: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM deal_party p CROSS JOIN deal d ON d.id = p.deal_id
                    WHERE p.organization_id = ? AND d.confidentiality = 'secret')
                """)
        return try Bool.fetchOne(statement, arguments: [organization]) ?? true
    }
}
