import Contracts
import Foundation

extension DealForm {
    /// A new deal in the first stage of its pipeline, led by whoever creates it. The store gives it its number.
    init(_ new: NewDeal, by caller: Caller) {
        let first = Pipeline.of(new.type).first
        self.init(
            Deal(
                id: UUIDv7.make(at: caller.now), number: "", codeName: "", realName: nil, type: new.type,
                stage: first.key,
                status: .active, clientName: "", sector: nil, country: nil, description: nil, value: nil,
                probability: first.probability, probabilitySource: .stage, confidentiality: .confidential,
                conflictStatus: .notStarted, conflictExpiresOn: nil, leadId: caller.id, originatedOn: caller.today,
                engagementLetterSignedOn: nil, expectedCloseOn: nil, closedOn: nil, outcomeReason: nil, nextStep: nil,
                stageEnteredOn: caller.today, version: 1, createdAt: caller.now, updatedAt: caller.now),
            today: caller.today)
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
    }
}
