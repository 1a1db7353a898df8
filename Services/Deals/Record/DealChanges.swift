import Contracts

/// What changed between two states of a deal, as an event tells it.
enum DealChanges {
    /// Longer text is cut in events: they tell what changed, the deal itself holds the whole.
    static let displayScalarsMax = 200

    /// - Parameter before: nil for a deal that was just created.
    static func between(_ before: Deal?, _ after: Deal) -> [FieldChange] {
        let old = before.map(display)
        return display(after).enumerated().compactMap { index, field in
            let earlier = old?[index].value
            // Compared whole, shown cut: two long texts may differ in what is not shown.
            return earlier == field.value
                ? nil : FieldChange(field.name, before: shown(earlier), after: shown(field.value))
        }
    }

    private static func display(_ deal: Deal) -> [(name: String, value: String?)] {
        [
            ("codeName", deal.codeName), ("realName", deal.realName), ("type", deal.type.rawValue),
            ("stage", deal.stage),
            ("status", deal.status.rawValue), ("clientName", deal.clientName), ("sector", deal.sector),
            ("country", deal.country), ("description", deal.description),
            ("value", deal.value.map { "\($0.amount) \($0.currency.code)" }), ("probability", String(deal.probability)),
            ("probabilitySource", deal.probabilitySource.rawValue), ("confidentiality", deal.confidentiality.rawValue),
            ("conflictStatus", deal.conflictStatus.rawValue), ("conflictExpiresOn", deal.conflictExpiresOn?.text),
            ("leadId", deal.leadId.text), ("originatedOn", deal.originatedOn.text),
            ("engagementLetterSignedOn", deal.engagementLetterSignedOn?.text),
            ("expectedCloseOn", deal.expectedCloseOn?.text), ("closedOn", deal.closedOn?.text),
            ("outcomeReason", deal.outcomeReason), ("nextStep", deal.nextStep),
            ("stageEnteredOn", deal.stageEnteredOn.text),
        ]
    }

    private static func shown(_ text: String?) -> String? {
        guard let text, text.unicodeScalars.count > displayScalarsMax else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(displayScalarsMax))) + "…"
    }
}
