import Contracts

extension DealForm {
    /// What a deal's record says beyond what moves it: each field by itself.
    mutating func facts(_ patch: DealPatch) {
        optionalText(patch.targetName, \.targetName, TextRule("targetName", 1...200))
        optionalText(patch.subSector, \.subSector, TextRule("subSector", 1...80))
        optionalText(patch.region, \.region, TextRule("region", 1...80))
        optionalText(patch.office, \.office, TextRule("office", 1...80))
        optionalText(patch.coverageGroup, \.coverageGroup, TextRule("coverageGroup", 1...80))
        optionalText(patch.source, \.source, TextRule("source", 1...200))
        optionalText(patch.lostTo, \.lostTo, TextRule("lostTo", 1...200))
        required(patch.priority, \.priority, "priority")
        required(patch.valueBasis, \.valueBasis, "valueBasis")
        required(patch.forecastCategory, \.forecastCategory, "forecastCategory")
        money(patch.enterpriseValue, \.enterpriseValue, "enterpriseValue")
        money(patch.equityValue, \.equityValue, "equityValue")
        stake(patch.stakeBps)
        pastDay(patch.mandatedOn, \.mandatedOn, "mandatedOn")
        pastDay(patch.signedOn, \.signedOn, "signedOn")
        pastDay(patch.announcedOn, \.announcedOn, "announcedOn")
        optional(patch.expectedAnnounceOn, \.expectedAnnounceOn)
        optional(patch.nextMilestoneOn, \.nextMilestoneOn)
        optional(patch.reviewOn, \.reviewOn)
        keeping(patch)
    }

    private mutating func stake(_ patch: Patch<Int>?) {
        if case .set(let share) = patch, !(0...10_000).contains(share) {
            return fault("stakeBps", "out_of_range", "must be 0 to 10000")
        }
        optional(patch, \.stakeBps)
    }

    /// Who works on a deal can only have it kept longer.
    private mutating func keeping(_ patch: DealPatch) {
        let before = deal
        required(patch.legalHold, \.legalHold, "legalHold")
        optional(patch.retentionUntil, \.retentionUntil)
        for field in KeepingRule.shortened(from: before, to: deal) {
            fault(field, "compliance_decides", "Compliance alone ends a hold or shortens a time.")
        }
    }
}
