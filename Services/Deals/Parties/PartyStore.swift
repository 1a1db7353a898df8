import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Who takes part in a deal, and as what. Parties have no permission of their own: who reads the deal reads them, and
/// from then on may know of the organizations that they are.
struct PartyStore: Sendable {
    let store: Store

    /// Of one deal: the list is answered whole, and a frame has a limit.
    static let partiesMax = 200

    func list(_ reference: DealReference, by caller: Caller) async throws -> DealPartyList {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return DealPartyList(items: try PartyRows.all(of: deal.id, in: db))
        }
    }

    func add(_ new: NewDealParty, to reference: DealReference, by caller: Caller) async throws -> DealParty {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let (party, organization) = try Self.named(new, by: caller, in: db)
            let others = try PartyRows.all(of: deal.id, in: db)
            try Self.check(party, beside: others)
            if party.primary { try Self.step(aside: party.role, among: others, of: deal, by: caller, in: db) }
            if let organization { try OrganizationRows.insert(organization, by: caller, in: db) }
            try PartyRows.insert(party, into: deal.id, in: db)
            // After the party, so that the event knows of the deal that the organization is on.
            if let organization {
                try Event.record(
                    EventType.organizationCreated, about: organization, by: caller,
                    changes: OrganizationChanges.between(nil, organization), in: db)
            }
            try Self.record(EventType.dealPartyAdded, nil, party, of: deal, by: caller, in: db)
            try ConflictWatch.added(party, to: deal, by: caller, in: db)
            return party
        }
    }

    func update(_ reference: WorkReference, _ patch: DealPartyPatch, by caller: Caller) async throws -> DealParty {
        try await store.write { db in
            let (deal, before) = try Self.read(reference, by: caller, in: db)
            var form = PartyForm(before)
            form.apply(patch)
            let after = try form.checked()
            guard after != before else { return before }
            let others = try PartyRows.all(of: deal.id, in: db).filter { $0.id != after.id }
            // Two that are the same since their organizations were merged can be changed all the same.
            if after.role != before.role { try Self.checkTwins(of: after, among: others) }
            if after.primary { try Self.step(aside: after.role, among: others, of: deal, by: caller, in: db) }
            let party = try PartyRows.update(after, at: caller.now, in: db)
            try Self.record(EventType.dealPartyUpdated, before, party, of: deal, by: caller, in: db)
            // As what it is now it may hit others.
            if party.role != before.role { try ConflictWatch.added(party, to: deal, by: caller, in: db) }
            return party
        }
    }

    func remove(_ reference: WorkReference, by caller: Caller) async throws {
        try await store.write { db in
            let (deal, party) = try Self.read(reference, by: caller, in: db)
            try PartyRows.remove(party, by: caller, in: db)
            try Self.record(EventType.dealPartyRemoved, party, nil, of: deal, by: caller, in: db)
        }
    }

    /// The party with who it is, and the organization that arises with it.
    private static func named(
        _ new: NewDealParty, by caller: Caller, in db: Database
    ) throws -> (DealParty, new: Organization?) {
        var form = PartyForm(new, by: caller)
        guard form.namesOne(new) else { return (try form.checked(), nil) }
        if let organization = new.organization {
            var inner = OrganizationForm(organization, scope: .deals, by: caller)
            if let parent = organization.parentId {
                inner.fault(try OrganizationTree.fault(parent, of: inner.organization, by: caller, in: db))
            }
            form.faults(of: inner)
            form.name(inner.organization, nil)
            return (try form.checked(), inner.organization)
        }
        let person = try PersonRows.person(new.personId, in: db)
        let id = person?.organizationId ?? new.organizationId
        if let sight = try OrganizationSight.find(id, by: caller, in: db) {
            form.name(sight.organization, person)
        } else {
            form.unknown(new.personId == nil ? "organizationId" : "personId")
        }
        return (try form.checked(), nil)
    }

    private static func check(_ party: DealParty, beside others: [DealParty]) throws(RPCFault) {
        guard others.count < partiesMax else {
            throw RPCFault(.failedPrecondition, "parties_full", "A deal has at most \(partiesMax) parties.")
        }
        try checkTwins(of: party, among: others)
    }

    /// By name, so that a request that is sent twice writes no second organization down, either.
    private static func checkTwins(of party: DealParty, among others: [DealParty]) throws(RPCFault) {
        let name = FoldedText.of(party.organizationName)
        let isTwin = others.contains {
            $0.role == party.role && $0.personId == party.personId && FoldedText.of($0.organizationName) == name
        }
        guard !isTwin else {
            throw RPCFault(.alreadyExists, "party_exists", "The deal has a party of this name in this role.")
        }
    }

    /// Whoever was the first of a role is one of several from now on.
    private static func step(
        aside role: PartyRole, among others: [DealParty], of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        guard let before = others.first(where: { $0.primary && $0.role == role }) else { return }
        var other = before
        other.primary = false
        other = try PartyRows.update(other, at: caller.now, in: db)
        try record(EventType.dealPartyUpdated, before, other, of: deal, by: caller, in: db)
    }

    /// The party as the caller read it, of a deal that he may edit.
    private static func read(
        _ reference: WorkReference, by caller: Caller, in db: Database
    ) throws -> (Deal, DealParty) {
        let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
        let party = try PartyRows.party(reference.id, of: deal.id, in: db)
        try WorkVersion.require(party, "party", by: caller)
        return (deal, party)
    }

    private static func record(
        _ type: String, _ before: DealParty?, _ after: DealParty?, of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try Event.record(
            type, about: deal, by: caller, ids: PartyChanges.ids(before, after),
            changes: PartyChanges.between(before, after), in: db)
    }
}
