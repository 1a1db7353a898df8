import Contracts
import Foundation
import RPC

/// Fills an organization from input field by field and collects all that is wrong. What its parent may be, the store says.
struct OrganizationForm: Sendable {
    private(set) var organization: Organization
    private(set) var faults: [FieldFault] = []

    /// Its id is random, and not one of those that begin with the time: of an organization that is published later it
    /// would tell when somebody wrote it down for a deal.
    init(_ new: NewOrganization, scope: OrganizationScope, by caller: Caller) {
        self.init(
            Organization(
                id: UUID(), name: "", kind: new.kind, scope: scope, updatedAt: caller.now, version: 1))
        apply(OrganizationPatch(new))
    }

    init(_ organization: Organization) { self.organization = organization }

    mutating func apply(_ patch: OrganizationPatch) {
        required(patch.name, "name") { form, name in
            if let name = TextRule("name", 1...200).check(name, &form.faults) { form.organization.name = name }
        }
        required(patch.kind, "kind") { $0.organization.kind = $1 }
        text(patch.codeAlias, \.codeAlias, TextRule("codeAlias", 1...80))
        code(patch.lei, \.lei, .lei, OrganizationCodes.isLEI)
        code(patch.ticker, \.ticker, .ticker, OrganizationCodes.isTicker)
        code(patch.isin, \.isin, .isin, OrganizationCodes.isISIN)
        code(patch.country, \.country, CountryCode.fault, CountryCode.isValid)
        text(patch.sector, \.sector, TextRule("sector", 1...80))
        switch patch.parentId {
        case .set(let parent): organization.parentId = parent
        case .clear: organization.parentId = nil
        case nil: break
        }
        aliases(patch.aliases)
    }

    mutating func fault(_ fault: FieldFault?) {
        if let fault { faults.append(fault) }
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> Organization {
        guard faults.isEmpty else { throw .invalid(faults) }
        return organization
    }

    private mutating func aliases(_ patch: Patch<[String]>?) {
        switch patch {
        case .set(let aliases):
            if let aliases = OrganizationAliases.check(aliases, &faults) { organization.aliases = aliases }
        case .clear: organization.aliases = []
        case nil: break
        }
        organization.aliases = OrganizationAliases.others(organization.aliases, than: organization.name)
    }

    private mutating func text(
        _ patch: Patch<String>?, _ path: WritableKeyPath<Organization, String?>, _ rule: TextRule
    ) {
        switch patch {
        case .set(let text): if let text = rule.check(text, &faults) { organization[keyPath: path] = text }
        case .clear: organization[keyPath: path] = nil
        case nil: break
        }
    }

    private mutating func code(
        _ patch: Patch<String>?, _ path: WritableKeyPath<Organization, String?>, _ fault: FieldFault,
        _ isValid: (String) -> Bool
    ) {
        switch patch {
        case .set(let code) where isValid(code): organization[keyPath: path] = code
        case .set: faults.append(fault)
        case .clear: organization[keyPath: path] = nil
        case nil: break
        }
    }

    private mutating func required<Value>(
        _ patch: Patch<Value>?, _ field: String, _ set: (inout OrganizationForm, Value) -> Void
    ) {
        switch patch {
        case .set(let value): set(&self, value)
        case .clear: faults.append(FieldFault(field, "required", "must not be null"))
        case nil: break
        }
    }
}

extension OrganizationPatch {
    /// A new organization's fields go through the same checks as a change of them.
    fileprivate init(_ new: NewOrganization) {
        self.init()
        name = .set(new.name)
        codeAlias = new.codeAlias.map(Patch.set)
        lei = new.lei.map(Patch.set)
        ticker = new.ticker.map(Patch.set)
        isin = new.isin.map(Patch.set)
        country = new.country.map(Patch.set)
        sector = new.sector.map(Patch.set)
        parentId = new.parentId.map(Patch.set)
        aliases = new.aliases.map(Patch.set)
    }
}

extension Organization {
    /// What search looks at, folded.
    var searchKey: String {
        ([name, codeAlias, ticker, lei, isin] + aliases).compactMap { $0.map(FoldedText.of) }.joined(separator: "\n")
    }
}
