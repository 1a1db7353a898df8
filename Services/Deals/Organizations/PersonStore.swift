import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The people at an organization. They have no permission of their own: who may know of the organization knows of them,
/// and who may change it changes them.
struct PersonStore: Sendable {
    let store: Store

    func page(
        of organization: UUID?, after: NameCursor, limit: Int, by caller: Caller
    ) async throws -> ContactPersonPage {
        try await store.read { db in
            let id = try OrganizationSight.seen(organization, by: caller, in: db).organization.id
            // One row more than asked tells whether there is a next page.
            let all = try PersonRows.page(of: id, after: after, limit: limit + 1, in: db)
            let items = Array(all.prefix(limit))
            let last = all.count > items.count ? items.last : nil
            return ContactPersonPage(
                items: items, nextCursor: last.map { NameCursor(name: FoldedText.of($0.name), id: $0.id).text })
        }
    }

    func add(_ new: NewContactPerson, to organization: UUID?, by caller: Caller) async throws -> ContactPerson {
        // Whoever may not know of the organization any more is not told of its people again.
        let again: @Sendable (ContactPerson, Database) throws -> ContactPerson = { person, db in
            _ = try OrganizationSight.seen(organization, by: caller, in: db)
            return person
        }
        return try await store.onceOfNoDeal(by: caller, again: again) { db in
            let sight = try OrganizationSight.seen(organization, by: caller, in: db)
            try sight.requireEdit()
            let person = try PersonForm(new, at: sight.organization.id, by: caller).checked()
            try PersonRows.insert(person, by: caller, in: db)
            try Event.record(
                EventType.personAdded, about: person, of: sight.organization, by: caller,
                changes: OrganizationChanges.between(nil, person), in: db)
            return person
        }
    }

    func update(
        _ id: UUID?, of organization: UUID?, _ patch: ContactPersonPatch, by caller: Caller
    ) async throws -> ContactPerson {
        try await store.write { db in
            let (sight, before) = try Self.read(id, of: organization, by: caller, in: db)
            var form = PersonForm(before)
            form.apply(patch)
            var person = try form.checked()
            guard person != before else { return before }
            person.version += 1
            // A clock that was set back must not make the person look older than it was.
            person.updatedAt = max(caller.now, before.updatedAt)
            try PersonRows.update(person, in: db)
            try Event.record(
                EventType.personUpdated, about: person, of: sight.organization, by: caller,
                changes: OrganizationChanges.between(before, person), in: db)
            return person
        }
    }

    /// Where the person is a party of a deal, the name stays there.
    func remove(_ id: UUID?, of organization: UUID?, by caller: Caller) async throws {
        try await store.write { db in
            let (sight, person) = try Self.read(id, of: organization, by: caller, in: db)
            try PersonRows.remove(person, by: caller, in: db)
            var removed = person
            removed.version += 1
            try Event.record(
                EventType.personRemoved, about: removed, of: sight.organization, by: caller,
                changes: [FieldChange("name", before: person.name, after: nil)], in: db)
        }
    }

    /// The person as the caller read it, of an organization that he may change.
    private static func read(
        _ id: UUID?, of organization: UUID?, by caller: Caller, in db: Database
    ) throws -> (OrganizationSight, ContactPerson) {
        let sight = try OrganizationSight.seen(organization, by: caller, in: db)
        try sight.requireEdit()
        guard let person = try PersonRows.person(id, in: db), person.organizationId == sight.organization.id else {
            throw RPCFault.notFound("person")
        }
        try WorkVersion.require(person, "person", by: caller)
        return (sight, person)
    }
}
