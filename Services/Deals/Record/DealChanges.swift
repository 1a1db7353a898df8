import Contracts

/// What changed between two states of a deal, as an event tells it.
enum DealChanges {
    /// Longer text is cut in events: they tell what changed, the deal itself holds the whole.
    static let displayScalarsMax = 200

    /// - Parameter before: nil for a deal that was just created.
    static func between(_ before: Deal?, _ after: Deal) -> [FieldChange] {
        let old = before.map(display)
        let fields = display(after).enumerated().compactMap { index, field in
            change(field.name, from: old?[index].value, to: field.value)
        }
        let keys = Set(after.customFields.keys).union((before?.customFields ?? [:]).keys).sorted()
        return fields
            + keys.compactMap { key in
                change(
                    "customFields.\(key)", from: before?.customFields[key]?.display,
                    to: after.customFields[key]?.display)
            }
    }

    /// Compared whole, shown cut: two long texts may differ in what is not shown.
    private static func change(_ field: String, from before: String?, to after: String?) -> FieldChange? {
        before == after ? nil : FieldChange(field, before: shown(before), after: shown(after))
    }

    private static func display(_ deal: Deal) -> [(name: String, value: String?)] {
        [
            ("codeName", deal.codeName), ("realName", deal.realName), ("type", deal.type.rawValue),
            ("stage", deal.stage), ("status", deal.status.rawValue), ("clientName", deal.clientName),
            ("targetName", deal.targetName), ("sector", deal.sector), ("subSector", deal.subSector),
            ("country", deal.country), ("region", deal.region), ("office", deal.office),
            ("coverageGroup", deal.coverageGroup), ("description", deal.description), ("source", deal.source),
            ("priority", deal.priority.rawValue), ("value", deal.value?.display),
            ("enterpriseValue", deal.enterpriseValue?.display), ("equityValue", deal.equityValue?.display),
            ("valueBasis", deal.valueBasis.rawValue), ("stakeBps", deal.stakeBps.map(String.init)),
            ("probability", String(deal.probability)), ("probabilitySource", deal.probabilitySource.rawValue),
            ("forecastCategory", deal.forecastCategory.rawValue), ("confidentiality", deal.confidentiality.rawValue),
            ("conflictStatus", deal.conflictStatus.rawValue), ("conflictExpiresOn", deal.conflictExpiresOn?.text),
            ("leadId", deal.leadId.text), ("nextStep", deal.nextStep), ("outcomeReason", deal.outcomeReason),
            ("lostTo", deal.lostTo), ("tags", deal.tags.isEmpty ? nil : deal.tags.joined(separator: ", ")),
            ("legalHold", String(deal.legalHold)), ("deletedAt", deal.deletedAt?.text),
            ("deletedBy", deal.deletedBy?.text),
        ] + days(deal)
    }

    private static func days(_ deal: Deal) -> [(name: String, value: String?)] {
        [
            ("originatedOn", deal.originatedOn.text), ("engagementLetterSignedOn", deal.engagementLetterSignedOn?.text),
            ("mandatedOn", deal.mandatedOn?.text), ("signedOn", deal.signedOn?.text),
            ("expectedAnnounceOn", deal.expectedAnnounceOn?.text), ("announcedOn", deal.announcedOn?.text),
            ("expectedCloseOn", deal.expectedCloseOn?.text), ("closedOn", deal.closedOn?.text),
            ("nextMilestoneOn", deal.nextMilestoneOn?.text), ("reviewOn", deal.reviewOn?.text),
            ("stageEnteredOn", deal.stageEnteredOn.text), ("retentionUntil", deal.retentionUntil?.text),
        ]
    }

    static func shown(_ text: String?) -> String? {
        guard let text, text.unicodeScalars.count > displayScalarsMax else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(displayScalarsMax))) + "…"
    }
}

extension Money {
    /// `1250000000.00 USD`
    var display: String { "\(amount) \(currency.code)" }
}

extension CustomValue {
    fileprivate var display: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): String(flag)
        case .money(let money): money.display
        }
    }
}
