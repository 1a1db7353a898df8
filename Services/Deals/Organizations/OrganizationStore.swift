import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Writes organizations down, reads and changes them. That one of the same name or code is there already is never said by
/// a refusal: it would tell of what the caller may not know of. Those that he knows of are named beside the answer.
struct OrganizationStore: Sendable {
    let store: Store

    func get(_ id: UUID?, by caller: Caller) async throws -> Organization {
        try await store.read { db in try OrganizationSight.seen(id, by: caller, in: db).organization }
    }

    /// Into the directory of the firm.
    func add(_ form: OrganizationForm, by caller: Caller) async throws -> AddedOrganization {
        try await store.onceOfNoDeal(by: caller, again: { try Self.again($0, by: caller, in: $1) }) { db in
            let organization = try Self.checked(form, by: caller, in: db)
            let similar = try OrganizationListStore.similar(to: organization, by: caller, in: db)
            try Self.append(organization, by: caller, in: db)
            return AddedOrganization(organization: organization, similar: similar)
        }
    }

    /// Without those that the caller does not know of any more.
    private static func again(_ added: AddedOrganization, by caller: Caller, in db: Database) throws
        -> AddedOrganization
    {
        var added = added
        added.similar = try added.similar.filter { try OrganizationSight.find($0.id, by: caller, in: db) != nil }
        return added
    }

    func update(_ id: UUID?, _ patch: OrganizationPatch, by caller: Caller) async throws -> Organization {
        try await store.write { db in
            let before = try Self.read(id, by: caller, in: db).organization
            var form = OrganizationForm(before)
            form.apply(patch)
            let isMoved = form.organization.parentId != before.parentId
            let after = isMoved ? try Self.checked(form, by: caller, in: db) : try form.checked()
            guard after != before else { return before }
            let organization = try OrganizationRows.update(after, at: caller.now, in: db)
            try Event.record(
                EventType.organizationUpdated, about: organization, by: caller,
                changes: OrganizationChanges.between(before, organization), in: db)
            return organization
        }
    }

    /// Makes known to the firm what was known through deals; its deals stay as closed as they are.
    func publish(_ id: UUID?, by caller: Caller) async throws -> Organization {
        try await store.write { db in
            let sight = try OrganizationSight.seen(id, by: caller, in: db)
            var organization = sight.organization
            guard organization.scope == .deals else { return organization }
            try sight.requirePublish()
            try WorkVersion.require(organization, "organization", by: caller)
            organization.scope = .directory
            organization = try OrganizationRows.update(organization, at: caller.now, in: db)
            try Event.record(
                EventType.organizationPublished, about: organization, by: caller,
                changes: OrganizationChanges.between(nil, organization), in: db)
            return organization
        }
    }

    /// With its event.
    static func append(_ organization: Organization, by caller: Caller, in db: Database) throws {
        try OrganizationRows.insert(organization, by: caller, in: db)
        try Event.record(
            EventType.organizationCreated, about: organization, by: caller,
            changes: OrganizationChanges.between(nil, organization), in: db)
    }

    /// The organization with its parent checked, too.
    static func checked(_ form: OrganizationForm, by caller: Caller, in db: Database) throws -> Organization {
        var form = form
        if let parent = form.organization.parentId {
            form.fault(try OrganizationTree.fault(parent, of: form.organization, by: caller, in: db))
        }
        return try form.checked()
    }

    /// The organization as the caller read it, who may change it.
    static func read(_ id: UUID?, by caller: Caller, in db: Database) throws -> OrganizationSight {
        let sight = try OrganizationSight.seen(id, by: caller, in: db)
        try sight.requireEdit()
        try WorkVersion.require(sight.organization, "organization", by: caller)
        return sight
    }
}
