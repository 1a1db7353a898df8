import Contracts

/// What an event tells of a party.
enum PartyChanges {
    /// What an event of a secret deal tells, too.
    static func ids(_ before: DealParty?, _ after: DealParty?) -> [FieldChange] {
        [
            FieldChange("partyId", before: before?.id.text, after: after?.id.text),
            FieldChange("organizationId", before: before?.organizationId.text, after: after?.organizationId.text),
        ]
            + ((before ?? after)?.personId == nil
                ? [] : [FieldChange("personId", before: before?.personId?.text, after: after?.personId?.text)])
    }

    /// - Parameters:
    ///   - before: nil for one that was just added.
    ///   - after: nil for one that was removed.
    static func between(_ before: DealParty?, _ after: DealParty?) -> [FieldChange] {
        let (old, new) = (before.map(fields) ?? [:], after.map(fields) ?? [:])
        return names.compactMap { name in
            old[name] == new[name] ? nil : FieldChange(name, before: old[name], after: new[name])
        }
    }

    private static let names = ["organizationName", "personName", "role", "side", "primary", "codeAlias"]

    private static func fields(_ party: DealParty) -> [String: String] {
        let all = [
            "organizationName": party.organizationName, "personName": party.personName, "role": party.role.rawValue,
            "side": party.side?.rawValue, "primary": String(party.primary), "codeAlias": party.codeAlias,
        ]
        return all.compactMapValues { $0 }
    }
}
