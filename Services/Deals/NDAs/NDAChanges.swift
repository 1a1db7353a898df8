import Contracts

/// What an event tells of an NDA.
enum NDAChanges {
    /// What an event of a secret deal tells, too.
    static func ids(_ nda: DealNDA) -> [FieldChange] {
        [
            FieldChange("ndaId", before: nil, after: nda.id.text),
            FieldChange("counterpartyId", before: nil, after: nda.counterpartyId.text),
        ]
    }

    /// - Parameter before: nil for one that was just entered.
    static func between(_ before: DealNDA?, _ after: DealNDA) -> [FieldChange] {
        let (old, new) = (before.map(fields) ?? [:], fields(after))
        return names.compactMap { name in
            old[name] == new[name] ? nil : FieldChange(name, before: old[name], after: new[name])
        }
    }

    private static let names = [
        "counterpartyName", "status", "executedOn", "expiresOn", "standstillUntil", "nonSolicitUntil", "documentId",
    ]

    private static func fields(_ nda: DealNDA) -> [String: String] {
        let all = [
            "counterpartyName": nda.counterpartyName, "status": nda.status.rawValue,
            "executedOn": nda.executedOn?.text, "expiresOn": nda.expiresOn?.text,
            "standstillUntil": nda.standstillUntil?.text, "nonSolicitUntil": nda.nonSolicitUntil?.text,
            "documentId": nda.documentId?.text,
        ]
        return all.compactMapValues { $0 }
    }
}
