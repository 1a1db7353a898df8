import Contracts
import RPC
import Testing

@testable import deals

struct TransitionEngineTests {
    // MARK: Directions

    @Test func theNextStageIsForwardAndNeedsNoReason() {
        let assessment = EngineFixture.assess(EngineFixture.ready(at: "mandated"), to: "preparation")
        #expect(assessment.direction == .forward)
        #expect(assessment.unmet.isEmpty)
    }

    @Test func twoStagesForwardIsASkipAndNeedsAReason() {
        let deal = EngineFixture.ready(at: "mandated")
        #expect(EngineFixture.assess(deal, to: "marketing").direction == .skip)
        #expect(EngineFixture.assess(deal, to: "marketing").unmet.codes == ["reason_required"])
        #expect(EngineFixture.assess(deal, to: "marketing", reason: "buyer came to us").unmet.isEmpty)
    }

    @Test func anEarlierStageIsBackAndNeedsAReason() {
        let deal = EngineFixture.ready(at: "round_1")
        #expect(EngineFixture.assess(deal, to: "marketing").direction == .back)
        #expect(EngineFixture.assess(deal, to: "marketing").unmet.codes == ["reason_required"])
        #expect(EngineFixture.assess(deal, to: "marketing", reason: "bids too low").unmet.isEmpty)
    }

    @Test func theSameStageIsAlreadyThere() {
        let assessment = EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "pitch", reason: "again")
        #expect(assessment.unmet.codes == ["already_there"])
    }

    @Test func aStageOfAnotherPipelineIsUnknown() {
        #expect(EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "roadshow").unmet.codes == ["unknown_stage"])
        #expect(EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "won").unmet.codes == ["unknown_stage"])
        #expect(EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "").unmet.codes == ["unknown_stage"])
    }

    @Test func aReasonOfSpacesIsNone() {
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "round_1"), to: "marketing", reason: " \n ").unmet.codes == [
                "reason_required"
            ])
    }

    @Test func aReasonHasAtMostFiveHundredCharacters() {
        let deal = EngineFixture.ready(at: "round_1")
        #expect(EngineFixture.assess(deal, to: "marketing", reason: String(repeating: "x", count: 500)).unmet.isEmpty)
        #expect(
            EngineFixture.assess(deal, to: "marketing", reason: String(repeating: "x", count: 501)).unmet.codes == [
                "too_long"
            ])
    }

    // MARK: Rules of stages

    @Test func aPitchNeedsAConflictCheckThatHasBegun() {
        let unmet = EngineFixture.assess(EngineFixture.deal(at: "origination"), to: "pitch").unmet
        #expect(unmet.map(\.field) == ["conflictStatus"])
        #expect(unmet.codes == ["conflict_check_not_started"])
        #expect(
            EngineFixture.assess(EngineFixture.deal(at: "origination") { $0.conflictStatus = .pending }, to: "pitch")
                .unmet.isEmpty)
    }

    @Test func aDeclinedConflictStopsThePitch() {
        let deal = EngineFixture.deal(at: "origination") { $0.conflictStatus = .declined }
        #expect(EngineFixture.assess(deal, to: "pitch").unmet.codes == ["conflict_declined"])
    }

    @Test func aMandateNamesBothMissingThings() {
        let unmet = EngineFixture.assess(
            EngineFixture.deal(at: "pitch") { $0.conflictStatus = .pending }, to: "mandated"
        ).unmet
        #expect(unmet.map(\.field) == ["conflictStatus", "engagementLetterSignedOn"])
        #expect(unmet.codes == ["conflict_not_cleared", "engagement_letter_missing"])
    }

    @Test(arguments: [ConflictStatus.cleared, .clearedWithConditions])
    func aClearedConflictAndALetterMakeAMandate(status: ConflictStatus) {
        let deal = EngineFixture.ready(at: "pitch") { $0.conflictStatus = status }
        #expect(EngineFixture.assess(deal, to: "mandated").unmet.isEmpty)
    }

    @Test(arguments: [ConflictStatus.notStarted, .pending, .declined])
    func anythingLessThanClearedDoesNot(status: ConflictStatus) {
        let deal = EngineFixture.ready(at: "pitch") { $0.conflictStatus = status }
        #expect(EngineFixture.assess(deal, to: "mandated").unmet.codes == ["conflict_not_cleared"])
    }

    @Test func aClearanceIsGoodThroughItsLastDay() {
        let deal = EngineFixture.ready(at: "pitch") { $0.conflictExpiresOn = .yesterday }
        #expect(EngineFixture.assess(deal, to: "mandated").unmet.codes == ["conflict_expired"])
        #expect(EngineFixture.assess(deal, to: "mandated", on: .yesterday).unmet.codes == ["conflict_expired"])
        let lastDay = EngineFixture.ready(at: "pitch") { $0.conflictExpiresOn = .today }
        #expect(EngineFixture.assess(lastDay, to: "mandated").unmet.isEmpty)
    }

    @Test func anExpiredCheckSaysSo() {
        let deal = EngineFixture.ready(at: "pitch") { $0.conflictStatus = .expired }
        #expect(EngineFixture.assess(deal, to: "mandated").unmet.codes == ["conflict_expired"])
    }

    @Test func theRulesHoldForStagesBeyondTheMandateToo() {
        let deal = EngineFixture.ready(at: "preparation") { $0.conflictExpiresOn = .yesterday }
        #expect(EngineFixture.assess(deal, to: "marketing").unmet.codes == ["conflict_expired"])
    }

    @Test func aLetterSignedTomorrowIsNotSigned() {
        let deal = EngineFixture.ready(at: "pitch") { $0.engagementLetterSignedOn = .tomorrow }
        #expect(EngineFixture.assess(deal, to: "mandated").unmet.codes == ["engagement_letter_too_late"])
    }

    @Test func aSkipAppliesTheRulesOfSkippedStages() {
        let unmet = EngineFixture.assess(EngineFixture.deal(at: "origination"), to: "marketing", reason: "in a hurry")
            .unmet
        #expect(unmet.codes == ["conflict_not_cleared", "engagement_letter_missing"])
    }

    @Test func theLastStageNeedsAClosingDay() {
        let deal = EngineFixture.ready(at: "signed")
        #expect(EngineFixture.assess(deal, to: "closed").unmet.codes == ["closed_on_missing"])
        #expect(EngineFixture.assess(deal, to: "closed").unmet.map(\.field) == ["closedOn"])
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "signed") { $0.closedOn = .today }, to: "closed").unmet.isEmpty
        )
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "signed") { $0.closedOn = .tomorrow }, to: "closed").unmet
                .codes
                == ["closed_on_in_future"])
    }

    @Test func allThatIsMissingComesAtOnce() {
        let unmet = EngineFixture.assess(EngineFixture.deal(at: "origination"), to: "closed").unmet
        #expect(
            Set(unmet.codes) == [
                "reason_required", "conflict_not_cleared", "engagement_letter_missing", "closed_on_missing",
            ])
    }

    @Test func goingBackToOriginationHasNoRulesOfItsOwn() {
        #expect(
            EngineFixture.assess(EngineFixture.deal(at: "pitch"), to: "origination", reason: "too early").unmet.isEmpty)
    }

    // MARK: Days

    @Test func aMoveIsNotInTheFuture() {
        let unmet = EngineFixture.assess(EngineFixture.ready(at: "mandated"), to: "preparation", on: .tomorrow).unmet
        #expect(unmet.map(\.field) == ["effectiveOn"])
        #expect(unmet.codes == ["in_future"])
    }

    @Test func aMoveIsNotBeforeTheStageWasEntered() {
        let deal = EngineFixture.ready(at: "mandated") {
            $0.engagementLetterSignedOn = $0.stageEnteredOn.adding(days: -1)
        }
        #expect(EngineFixture.assess(deal, to: "preparation", on: deal.stageEnteredOn).unmet.isEmpty)
        #expect(
            EngineFixture.assess(deal, to: "preparation", on: deal.stageEnteredOn.adding(days: -1)).unmet.codes == [
                "before_last_move"
            ])
    }

    @Test func aMoveIsNotBeforeThePauseInTheSameStage() {
        let deal = EngineFixture.ready(at: "mandated") { $0.status = .onHold }
        let assessment = EngineFixture.assess(deal, to: "active", on: .today.adding(days: -5), lastMoveOn: .yesterday)
        #expect(assessment.unmet.codes == ["before_last_move"])
    }
}
