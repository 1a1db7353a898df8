import Contracts

/// What an event tells of a counterparty and of its steps.
enum CounterpartyChanges {
    /// What an event of a secret deal tells, too.
    static func ids(_ before: Counterparty?, _ after: Counterparty?) -> [FieldChange] {
        [FieldChange("counterpartyId", before: before?.id.text, after: after?.id.text)]
    }

    /// - Parameters:
    ///   - before: nil for one that was just added.
    ///   - after: nil for one that was removed.
    static func between(_ before: Counterparty?, _ after: Counterparty?) -> [FieldChange] {
        let (old, new) = (before.map(fields) ?? [:], after.map(fields) ?? [:])
        return names.compactMap { name in
            old[name] == new[name] ? nil : FieldChange(name, before: old[name], after: new[name])
        }
    }

    static func ids(_ step: CounterpartyStep) -> [FieldChange] {
        [
            FieldChange("counterpartyId", before: nil, after: step.counterpartyId.text),
            FieldChange("stepId", before: nil, after: step.id.text),
        ]
    }

    /// - Parameters:
    ///   - before: the counterparty without the step, or with it when it is made void.
    ///   - after: how it stands then.
    static func of(_ step: CounterpartyStep, _ before: Counterparty, _ after: Counterparty) -> [FieldChange] {
        let told = [
            ("counterpartyName", after.name), ("step", step.step.rawValue), ("on", step.on.text),
            ("direction", step.direction?.rawValue), ("note", step.note), ("documentId", step.documentId?.text),
            ("reason", step.reason), ("voidReason", step.voidReason),
        ]
        let changes = told.compactMap { name, value in value.map { FieldChange(name, before: nil, after: $0) } }
        guard before.status != after.status else { return changes }
        return changes + [FieldChange("status", before: before.status.rawValue, after: after.status.rawValue)]
    }

    private static let names = [
        "counterpartyName", "counterpartyKind", "organizationId", "tier", "country", "codeAlias", "priority",
        "contactPersonId", "contactPersonName", "contact", "coveredBy", "nextAction", "nextActionOn", "notes",
    ]

    private static func fields(_ counterparty: Counterparty) -> [String: String] {
        let all = [
            "counterpartyName": counterparty.name, "counterpartyKind": counterparty.kind.rawValue,
            "organizationId": counterparty.organizationId?.text, "tier": counterparty.tier,
            "country": counterparty.country, "codeAlias": counterparty.codeAlias,
            "priority": counterparty.priority?.rawValue, "contactPersonId": counterparty.contactPersonId?.text,
            "contactPersonName": counterparty.contactPersonName, "contact": counterparty.contact,
            "coveredBy": counterparty.coveredBy?.text, "nextAction": counterparty.nextAction,
            "nextActionOn": counterparty.nextActionOn?.text, "notes": counterparty.notes,
        ]
        return all.compactMapValues { $0 }
    }
}
