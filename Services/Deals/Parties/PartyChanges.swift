import Contracts

/// What an event tells of a party.
enum PartyChanges {
    /// What an event of a secret deal tells, too. The organization's id is not among it: the directory tells everybody
    /// whose it is.
    static func ids(_ before: DealParty?, _ after: DealParty?) -> [FieldChange] {
        [FieldChange("partyId", before: before?.id.text, after: after?.id.text)]
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

    private static let names = [
        "organizationId", "personId", "organizationName", "personName", "role", "side", "primary", "codeAlias",
    ]

    private static func fields(_ party: DealParty) -> [String: String] {
        let all = [
            "organizationId": party.organizationId.text, "personId": party.personId?.text,
            "organizationName": party.organizationName, "personName": party.personName, "role": party.role.rawValue,
            "side": party.side?.rawValue, "primary": String(party.primary), "codeAlias": party.codeAlias,
        ]
        return all.compactMapValues { $0 }
    }
}
