import Contracts
import Foundation
import RPC

@testable import deals

/// The calls that stories of organizations and parties are told with.
extension Desk {
    /// One of the directory.
    func organization(
        _ name: String, by person: Person, lei: String? = nil, isin: String? = nil, parent: Organization? = nil
    ) async throws -> Organization {
        try await added(name, by: person, lei: lei, isin: isin, parent: parent).organization
    }

    func added(
        _ name: String, by person: Person, lei: String? = nil, isin: String? = nil, parent: Organization? = nil
    ) async throws -> AddedOrganization {
        let new = NewOrganization(name: name, kind: .strategic, lei: lei, isin: isin, parentId: parent?.id)
        return try await call(DealMethods.addOrganization, new, as: person)
    }

    func get(_ organization: Organization, as person: Person) async throws -> Organization {
        try await call(DealMethods.organization, Nothing(), as: person, on: [organization.id.text])
    }

    func change(
        _ organization: Organization, as person: Person, _ change: (inout OrganizationPatch) -> Void
    ) async throws -> Organization {
        var patch = OrganizationPatch()
        change(&patch)
        return try await call(
            DealMethods.updateOrganization, patch, as: person, on: [organization.id.text],
            ifMatch: organization.version)
    }

    func undo(
        _ merge: MergedOrganization, into organization: Organization, as person: Person, version: Int64? = nil
    ) async throws -> Organization {
        try await call(
            DealMethods.undoMerge, OrganizationMergeUndo(reason: "two companies"), as: person,
            on: [organization.id.text, merge.id.text], ifMatch: version ?? organization.version)
    }

    func merges(into organization: Organization, as person: Person) async throws -> [MergedOrganization] {
        try await call(DealMethods.organizationMerges, Nothing(), as: person, on: [organization.id.text]).items
    }

    func found(_ q: String, as person: Person) async throws -> [String] {
        try await call(DealMethods.findPersons, PersonFindQuery(q: q), as: person).items.map(\.person.name)
    }

    func publish(_ organization: Organization, as person: Person) async throws -> Organization {
        try await call(
            DealMethods.publishOrganization, Nothing(), as: person, on: [organization.id.text],
            ifMatch: organization.version)
    }

    func merge(_ organization: Organization, into other: Organization, as person: Person) async throws -> Organization {
        try await call(
            DealMethods.mergeOrganization, OrganizationMerge(intoId: other.id), as: person, on: [organization.id.text],
            ifMatch: organization.version)
    }

    func organizations(
        _ q: String? = nil, limit: Int? = nil, cursor: String? = nil, as person: Person
    ) async throws -> OrganizationPage {
        try await call(DealMethods.organizations, OrganizationQuery(limit: limit, cursor: cursor, q: q), as: person)
    }

    func names(_ q: String? = nil, as person: Person) async throws -> [String] {
        try await organizations(q, as: person).items.map(\.name)
    }

    func deals(of organization: Organization, as person: Person) async throws -> [OrganizationDeal] {
        try await call(
            DealMethods.organizationDeals, OrganizationDealQuery(), as: person, on: [organization.id.text]
        ).items
    }

    func contact(_ name: String, at organization: Organization, by person: Person) async throws -> ContactPerson {
        let new = NewContactPerson(name: name, title: "CFO", email: "cfo@example.com", phone: "+49 69 5550 100")
        return try await call(DealMethods.addPerson, new, as: person, on: [organization.id.text])
    }

    func contacts(at organization: Organization, as person: Person) async throws -> [ContactPerson] {
        try await call(DealMethods.persons, ContactPersonQuery(), as: person, on: [organization.id.text]).items
    }

    func party(
        _ organization: Organization, _ role: PartyRole, on deal: Deal, by person: Person, primary: Bool? = nil
    ) async throws -> DealParty {
        let new = NewDealParty(organizationId: organization.id, role: role, primary: primary)
        return try await call(DealMethods.addParty, new, as: person, on: [deal.id.text])
    }

    /// One that arises with the deal.
    func newParty(
        _ name: String, _ role: PartyRole, on deal: Deal, by person: Person, lei: String? = nil
    ) async throws -> (DealParty, Organization) {
        let organization = NewOrganization(name: name, kind: .other, lei: lei)
        let new = NewDealParty(organization: organization, role: role)
        let party = try await call(DealMethods.addParty, new, as: person, on: [deal.id.text])
        return (party, try await call(DealMethods.organization, Nothing(), as: person, on: [party.organizationId.text]))
    }

    func parties(_ deal: Deal, as person: Person) async throws -> [DealParty] {
        try await call(DealMethods.parties, Nothing(), as: person, on: [deal.id.text]).items
    }

    func change(
        _ party: DealParty, on deal: Deal, as person: Person, _ change: (inout DealPartyPatch) -> Void
    ) async throws -> DealParty {
        var patch = DealPartyPatch()
        change(&patch)
        return try await call(
            DealMethods.updateParty, patch, as: person, on: [deal.id.text, party.id.text], ifMatch: party.version)
    }

    func remove(_ party: DealParty, from deal: Deal, as person: Person) async throws {
        _ = try await call(
            DealMethods.removeParty, Nothing(), as: person, on: [deal.id.text, party.id.text], ifMatch: party.version)
    }

    /// Every call about the parties of one deal, as a name and what it answers to this person.
    func partyCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let child = [reference, UUIDv7.make().text]
        let new = NewDealParty(organization: NewOrganization(name: "Borealis", kind: .other), role: .lender)
        return [
            ("parties", { try await bytes(DealMethods.parties, Nothing(), as: person, on: [reference]) }),
            ("parties.add", { try await bytes(DealMethods.addParty, new, as: person, on: [reference]) }),
            (
                "parties.update",
                { try await bytes(DealMethods.updateParty, DealPartyPatch(), as: person, on: child, ifMatch: 1) }
            ),
            (
                "parties.remove",
                { try await bytes(DealMethods.removeParty, Nothing(), as: person, on: child, ifMatch: 1) }
            ),
        ]
    }

    /// Every call about one organization.
    func organizationCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        var renamed = OrganizationPatch()
        renamed.sector = .set("Food")
        let patch = renamed
        let child = [reference, UUID().text]
        let named = UUID(uuidString: reference) ?? UUID()
        return [
            ("get", { try await bytes(DealMethods.organization, Nothing(), as: person, on: [reference]) }),
            (
                "update",
                { try await bytes(DealMethods.updateOrganization, patch, as: person, on: [reference], ifMatch: 1) }
            ),
            (
                "update without version",
                { try await bytes(DealMethods.updateOrganization, patch, as: person, on: [reference]) }
            ),
            (
                "publish",
                { try await bytes(DealMethods.publishOrganization, Nothing(), as: person, on: [reference], ifMatch: 1) }
            ),
            (
                "merge",
                {
                    let merge = OrganizationMerge(intoId: named)
                    return try await bytes(
                        DealMethods.mergeOrganization, merge, as: person, on: [reference], ifMatch: 1)
                }
            ),
            ("merges", { try await bytes(DealMethods.organizationMerges, Nothing(), as: person, on: [reference]) }),
            (
                "merges.undo",
                {
                    let undo = OrganizationMergeUndo(reason: "two companies")
                    return try await bytes(DealMethods.undoMerge, undo, as: person, on: child, ifMatch: 1)
                }
            ),
            (
                "deals",
                { try await bytes(DealMethods.organizationDeals, OrganizationDealQuery(), as: person, on: [reference]) }
            ),
            ("persons", { try await bytes(DealMethods.persons, ContactPersonQuery(), as: person, on: [reference]) }),
            (
                "persons.add",
                { try await bytes(DealMethods.addPerson, NewContactPerson(name: "A"), as: person, on: [reference]) }
            ),
            (
                "persons.update",
                { try await bytes(DealMethods.updatePerson, ContactPersonPatch(), as: person, on: child, ifMatch: 1) }
            ),
            (
                "persons.remove",
                { try await bytes(DealMethods.removePerson, Nothing(), as: person, on: child, ifMatch: 1) }
            ),
        ]
    }
}
