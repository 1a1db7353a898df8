import Contracts
import Foundation
import RPC

/// Fills a party from input field by field and collects all that is wrong. Who it is, the store finds out.
struct PartyForm: Sendable {
    private(set) var party: DealParty
    private(set) var faults: [FieldFault] = []

    init(_ new: NewDealParty, by caller: Caller) {
        party = DealParty(
            id: UUIDv7.make(at: caller.now), organizationId: UUID(), organizationName: "", role: new.role,
            primary: new.primary ?? false, addedBy: caller.id, addedAt: caller.now, updatedAt: caller.now, version: 1)
        var patch = DealPartyPatch()
        patch.side = new.side.map(Patch.set)
        patch.codeAlias = new.codeAlias.map(Patch.set)
        apply(patch)
    }

    init(_ party: DealParty) { self.party = party }

    mutating func apply(_ patch: DealPartyPatch) {
        required(patch.role, \.role, "role")
        required(patch.primary, \.primary, "primary")
        switch patch.side {
        case .set(let side): party.side = side
        case .clear: party.side = nil
        case nil: break
        }
        switch patch.codeAlias {
        case .set(let alias):
            if let alias = TextRule("codeAlias", 1...80).check(alias, &faults) { party.codeAlias = alias }
        case .clear: party.codeAlias = nil
        case nil: break
        }
    }

    /// Whether the input says who it is, once; a fault when not.
    mutating func namesOne(_ new: NewDealParty) -> Bool {
        let named = [new.organizationId != nil, new.personId != nil, new.organization != nil]
        if named.count(where: { $0 }) == 1 { return true }
        let message = "Name exactly one of organizationId, personId and organization."
        faults.append(FieldFault("organizationId", "exactly_one", message))
        return false
    }

    /// One answer for what is not there and for what the caller may not know of.
    mutating func unknown(_ field: String) {
        let what = field == "personId" ? "person" : "organization"
        faults.append(FieldFault(field, "unknown_\(what)", "must be one that you know of"))
    }

    mutating func faults(of organization: OrganizationForm) {
        faults += organization.faults.map { FieldFault("organization.\($0.field)", $0.code, $0.message) }
    }

    mutating func name(_ organization: Organization, _ person: ContactPerson?) {
        (party.organizationId, party.organizationName) = (organization.id, organization.name)
        (party.personId, party.personName) = (person?.id, person?.name)
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> DealParty {
        guard faults.isEmpty else { throw .invalid(faults) }
        return party
    }

    private mutating func required<Value>(
        _ patch: Patch<Value>?, _ path: WritableKeyPath<DealParty, Value>, _ field: String
    ) {
        switch patch {
        case .set(let value): party[keyPath: path] = value
        case .clear: faults.append(FieldFault(field, "required", "must not be null"))
        case nil: break
        }
    }
}
