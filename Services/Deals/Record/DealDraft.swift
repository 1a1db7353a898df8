import Contracts
import Foundation

extension DealForm {
    /// A new deal in the first stage of its pipeline, led by whoever creates it. The store gives it its number.
    init(_ new: NewDeal, in pipeline: Pipeline, by caller: Caller) {
        let first = pipeline.first
        self.init(
            Deal(
                id: UUIDv7.make(at: caller.now), number: "", codeName: "", type: new.type, stage: first.key,
                clientName: "", probability: first.probability, leadId: caller.id, originatedOn: caller.today,
                createdAt: caller.now),
            in: pipeline, today: caller.today)
        apply(DealPatch(new))
        if let day = new.originatedOn { originated(on: day) }
    }
}

extension DealPatch {
    /// A new deal's fields go through the same checks as a change of them.
    fileprivate init(_ new: NewDeal) {
        self.init()
        codeName = .set(new.codeName)
        clientName = .set(new.clientName)
        realName = new.realName.map(Patch.set)
        sector = new.sector.map(Patch.set)
        country = new.country.map(Patch.set)
        description = new.description.map(Patch.set)
        value = new.value.map(Patch.set)
        confidentiality = new.confidentiality.map(Patch.set)
        expectedCloseOn = new.expectedCloseOn.map(Patch.set)
        nextStep = new.nextStep.map(Patch.set)
        targetName = new.targetName.map(Patch.set)
        subSector = new.subSector.map(Patch.set)
        region = new.region.map(Patch.set)
        office = new.office.map(Patch.set)
        coverageGroup = new.coverageGroup.map(Patch.set)
        source = new.source.map(Patch.set)
        priority = new.priority.map(Patch.set)
        enterpriseValue = new.enterpriseValue.map(Patch.set)
        equityValue = new.equityValue.map(Patch.set)
        valueBasis = new.valueBasis.map(Patch.set)
        stakeBps = new.stakeBps.map(Patch.set)
        forecastCategory = new.forecastCategory.map(Patch.set)
        mandatedOn = new.mandatedOn.map(Patch.set)
        signedOn = new.signedOn.map(Patch.set)
        expectedAnnounceOn = new.expectedAnnounceOn.map(Patch.set)
        announcedOn = new.announcedOn.map(Patch.set)
        nextMilestoneOn = new.nextMilestoneOn.map(Patch.set)
        legalHold = new.legalHold.map(Patch.set)
        retentionUntil = new.retentionUntil.map(Patch.set)
        tags = new.tags.map(Patch.set)
    }
}
