import Contracts
import Foundation
import RPC

/// Fills a counterparty from input field by field and collects all that is wrong.
struct CounterpartyForm: Sendable {
    private(set) var counterparty: Counterparty
    /// When the client approved it, if the input says so.
    private(set) var approvedOn: BusinessDate?
    private var faults: [FieldFault] = []
    private let caller: Caller

    init(_ new: NewCounterparty, by caller: Caller) {
        self.init(
            Counterparty(
                id: UUIDv7.make(at: caller.now), name: "", kind: new.kind, addedBy: caller.id, addedAt: caller.now,
                updatedAt: caller.now, version: 1),
            by: caller)
        apply(CounterpartyPatch(new))
        if new.name == nil, new.organizationId == nil {
            fault("name", "required", "Give a name or an organizationId.")
        }
    }

    init(_ counterparty: Counterparty, by caller: Caller) {
        self.counterparty = counterparty
        self.caller = caller
    }

    mutating func apply(_ patch: CounterpartyPatch) {
        required(patch.name, "name") { form, name in
            if let name = TextRule("name", 1...200).check(name, &form.faults) { form.counterparty.name = name }
        }
        required(patch.kind, "kind") { $0.counterparty.kind = $1 }
        optional(patch.organizationId, \.organizationId) { _, id in id }
        optional(patch.tier, \.tier) { form, tier in
            if !["A", "B", "C"].contains(tier) { form.fault("tier", "invalid", "must be one of A, B, C") }
            return tier
        }
        optional(patch.country, \.country) { form, country in
            if !CountryCode.isValid(country) { form.faults.append(CountryCode.fault) }
            return country
        }
        text(patch.codeAlias, \.codeAlias, TextRule("codeAlias", 1...80))
        optional(patch.priority, \.priority) { _, priority in priority }
        optional(patch.contactPersonId, \.contactPersonId) { _, id in id }
        if counterparty.contactPersonId == nil { counterparty.contactPersonName = nil }
        text(patch.contact, \.contact, TextRule("contact", 1...200))
        optional(patch.coveredBy, \.coveredBy) { _, id in id }
        text(patch.nextAction, \.nextAction, TextRule("nextAction", 1...200))
        optional(patch.nextActionOn, \.nextActionOn) { _, day in day }
        text(patch.notes, \.notes, TextRule("notes", 1...2000, allowsLines: true))
        approve(patch)
        if counterparty.contact != nil, counterparty.contactPersonId != nil {
            fault("contact", "not_both", "Name a person of the organization or a contact, not both.")
        }
    }

    /// - Parameter organization: nil for one that is not there and for one that the caller may not know of.
    mutating func name(_ organization: Organization?) {
        guard let organization else {
            return fault("organizationId", "unknown_organization", "must be one that you know of")
        }
        if counterparty.name.isEmpty { counterparty.name = organization.name }
    }

    mutating func name(_ person: ContactPerson?) {
        guard let person else {
            return fault("contactPersonId", "unknown_person", "must be somebody of its organization that you know of")
        }
        counterparty.contactPersonName = person.name
    }

    mutating func coverIsUnknown() {
        fault("coveredBy", "not_a_member", "must be a member of the deal's team")
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> Counterparty {
        guard faults.isEmpty else { throw .invalid(faults) }
        return counterparty
    }

    private mutating func approve(_ patch: CounterpartyPatch) {
        var isApproval = false
        if case .set(true) = patch.approvedByClient { isApproval = !counterparty.approvedByClient }
        switch patch.approvedByClient {
        case .set(false), .clear:
            if counterparty.approvedByClient {
                fault("approvedByClient", "step_stands", "Make the step approved_by_client void.")
            }
        case .set(true), nil: break
        }
        switch patch.approvedOn {
        case .set(let day) where isApproval:
            if day > caller.today { fault("approvedOn", "in_future", "must not be after today") }
            approvedOn = day
        case .set(let day) where day != counterparty.approvedOn:
            fault("approvedOn", "not_allowed", "belongs to an approval that is new")
        case .clear where counterparty.approvedByClient && !isApproval:
            fault("approvedOn", "step_stands", "Make the step approved_by_client void.")
        case .set, .clear, nil:
            approvedOn = isApproval ? caller.today : nil
        }
    }

    private mutating func fault(_ field: String, _ code: String, _ message: String) {
        faults.append(FieldFault(field, code, message))
    }

    private mutating func required<Value>(
        _ patch: Patch<Value>?, _ field: String, _ set: (inout CounterpartyForm, Value) -> Void
    ) {
        switch patch {
        case .set(let value): set(&self, value)
        case .clear: fault(field, "required", "must not be null")
        case nil: break
        }
    }

    private mutating func optional<Value>(
        _ patch: Patch<Value>?, _ path: WritableKeyPath<Counterparty, Value?>,
        _ check: (inout CounterpartyForm, Value) -> Value?
    ) {
        switch patch {
        case .set(let value): counterparty[keyPath: path] = check(&self, value)
        case .clear: counterparty[keyPath: path] = nil
        case nil: break
        }
    }

    private mutating func text(
        _ patch: Patch<String>?, _ path: WritableKeyPath<Counterparty, String?>, _ rule: TextRule
    ) {
        optional(patch, path) { form, text in rule.check(text, &form.faults) }
    }
}

extension CounterpartyPatch {
    /// A new one's fields go through the same checks as a change of them.
    init(_ new: NewCounterparty) {
        self.init()
        name = new.name.map(Patch.set)
        organizationId = new.organizationId.map(Patch.set)
        tier = new.tier.map(Patch.set)
        country = new.country.map(Patch.set)
        codeAlias = new.codeAlias.map(Patch.set)
        priority = new.priority.map(Patch.set)
        contactPersonId = new.contactPersonId.map(Patch.set)
        contact = new.contact.map(Patch.set)
        coveredBy = new.coveredBy.map(Patch.set)
        approvedByClient = new.approvedByClient.map(Patch.set)
        approvedOn = new.approvedOn.map(Patch.set)
        nextAction = new.nextAction.map(Patch.set)
        nextActionOn = new.nextActionOn.map(Patch.set)
        notes = new.notes.map(Patch.set)
    }
}
