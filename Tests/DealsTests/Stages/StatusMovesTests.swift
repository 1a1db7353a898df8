import Contracts
import RPC
import Testing

@testable import deals

/// Moves that change the status: pauses, ends, reopening; and what a move does to probability and access.
struct StatusMovesTests {
    // MARK: Status

    @Test func holdNeedsAReasonAndKeepsTheStage() {
        let deal = EngineFixture.ready(at: "marketing")
        #expect(EngineFixture.assess(deal, to: "on_hold").unmet.codes == ["reason_required"])
        let assessment = EngineFixture.assess(deal, to: "on_hold", reason: "markets closed")
        #expect(assessment.unmet.isEmpty && assessment.direction == .hold)
        let held = assessment.applied(to: deal)
        #expect(held.status == .onHold && held.stage == "marketing" && held.stageEnteredOn == deal.stageEnteredOn)
    }

    @Test func activeResumesWithoutAReason() {
        let held = EngineFixture.ready(at: "marketing") { $0.status = .onHold }
        let assessment = EngineFixture.assess(held, to: "active")
        #expect(assessment.direction == .resume && assessment.unmet.isEmpty)
        #expect(assessment.applied(to: held).status == .active)
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "marketing"), to: "active").unmet.codes == ["already_there"])
    }

    @Test func aHeldDealIsResumedBeforeItMoves() {
        let held = EngineFixture.ready(at: "marketing") { $0.status = .onHold }
        #expect(EngineFixture.assess(held, to: "round_1").unmet.codes == ["on_hold"])
        #expect(EngineFixture.assess(held, to: "lost", reason: "no bids").unmet.isEmpty)
    }

    @Test(arguments: [DealStatus.lost, .withdrawn])
    func anEndNeedsAReasonThatStays(status: DealStatus) {
        let deal = EngineFixture.ready(at: "marketing")
        #expect(EngineFixture.assess(deal, to: status.rawValue).unmet.codes == ["reason_required"])
        let ended = EngineFixture.assess(deal, to: status.rawValue, reason: " price ").applied(to: deal)
        #expect(ended.status == status && ended.outcomeReason == "price" && ended.stage == "marketing")
        #expect(ended.probability == 0)
    }

    @Test func enteringTheLastStageWins() {
        let deal = EngineFixture.ready(at: "signed") {
            $0.closedOn = .today
            $0.probability = 42
            $0.probabilitySource = .manual
        }
        let won = EngineFixture.assess(deal, to: "closed").applied(to: deal)
        #expect(won.status == .won && won.probability == 100 && won.stageEnteredOn == .today)
    }

    // MARK: Reopening

    @Test(arguments: [DealStatus.won, .lost, .withdrawn])
    func whatHasEndedIsReopenedByComplianceOnly(status: DealStatus) {
        let ended = EngineFixture.ready(at: "marketing") { $0.status = status }
        let byBanker = EngineFixture.assess(ended, to: "marketing", reason: "they came back")
        #expect(byBanker.direction == .reopen)
        #expect(byBanker.unmet.codes == ["reopen_by_compliance"])
        #expect(EngineFixture.assess(ended, to: "marketing", mayReopen: true).unmet.codes == ["reason_required"])
        #expect(EngineFixture.assess(ended, to: "marketing", reason: "they came back", mayReopen: true).unmet.isEmpty)
    }

    @Test func reopeningClearsTheOutcome() {
        let won = EngineFixture.ready(at: "closed") {
            $0.status = .won
            $0.closedOn = .yesterday
            $0.probability = 100
        }
        let open = EngineFixture.assess(won, to: "signed", reason: "closing failed", mayReopen: true).applied(to: won)
        #expect(open.status == .active && open.closedOn == nil && open.stage == "signed" && open.probability == 90)
        let lost = EngineFixture.ready(at: "marketing") {
            $0.status = .lost
            $0.outcomeReason = "price"
        }
        #expect(
            EngineFixture.assess(lost, to: "marketing", reason: "back", mayReopen: true).applied(to: lost).outcomeReason
                == nil)
    }

    @Test func aDealIsNotReopenedIntoItsEnd() {
        let lost = EngineFixture.ready(at: "signed") {
            $0.status = .lost
            $0.closedOn = .today
        }
        #expect(
            EngineFixture.assess(lost, to: "closed", reason: "it closed", mayReopen: true).unmet.codes == [
                "reopen_to_end"
            ])
    }

    @Test func reopeningMeetsTheRulesOfItsStage() {
        let lost = EngineFixture.deal(at: "marketing") { $0.status = .lost }
        #expect(
            EngineFixture.assess(lost, to: "mandated", reason: "back", mayReopen: true).unmet.codes
                == ["conflict_not_cleared", "engagement_letter_missing"])
    }

    @Test func reopeningGoesNoFurtherThanTheDealStood() {
        let lost = EngineFixture.ready(at: "pitch") { $0.status = .lost }
        #expect(
            EngineFixture.assess(lost, to: "marketing", reason: "on", mayReopen: true).unmet.codes == ["reopen_forward"]
        )
    }

    @Test func skippingStagesWantsAManager() {
        let deal = EngineFixture.ready(at: "mandated")
        #expect(
            EngineFixture.assess(deal, to: "exclusivity", reason: "in a hurry").access(isCompliance: false) == .manage)
        #expect(EngineFixture.assess(deal, to: "preparation").access(isCompliance: false) == .edit)
    }

    @Test(arguments: ["on_hold", "active", "withdrawn"])
    func anEndedDealChangesNoStatusButByReopening(target: String) {
        let lost = EngineFixture.ready(at: "pitch") { $0.status = .lost }
        #expect(
            EngineFixture.assess(lost, to: target, reason: "why not", mayReopen: true).unmet.codes == ["deal_ended"])
    }

    // MARK: Probability and access

    @Test func movesSetTheStagesProbabilityUnlessItIsManual() {
        let deal = EngineFixture.ready(at: "mandated")
        #expect(EngineFixture.assess(deal, to: "preparation").applied(to: deal).probability == 40)
        let manual = EngineFixture.ready(at: "mandated") {
            $0.probability = 0
            $0.probabilitySource = .manual
        }
        let moved = EngineFixture.assess(manual, to: "preparation").applied(to: manual)
        #expect(moved.probability == 0 && moved.probabilitySource == .manual)
    }

    @Test func whatCommitsTheFirmWantsAManager() {
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "mandated").access(isCompliance: false)
                == .manage)
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "mandated"), to: "preparation").access(isCompliance: false)
                == .edit)
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "exclusivity"), to: "signed").access(isCompliance: false)
                == .manage)
        #expect(
            EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "preparation").access(isCompliance: false)
                == .manage)
        #expect(EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "lost").access(isCompliance: true) == .edit)
    }

    @Test func targetsAreAllOtherStagesAndTheStatuses() {
        let active = EngineFixture.engine(EngineFixture.deal(at: "pitch"))
        #expect(active.targets.count == 13)
        #expect(!active.targets.contains("pitch"))
        #expect(active.targets.suffix(3) == ["on_hold", "lost", "withdrawn"])
        let held = EngineFixture.engine(EngineFixture.deal(at: "pitch") { $0.status = .onHold })
        #expect(held.targets.suffix(3) == ["active", "lost", "withdrawn"])
        let lost = EngineFixture.engine(EngineFixture.deal(at: "pitch") { $0.status = .lost })
        #expect(lost.targets.contains("pitch") && !lost.targets.contains("closed") && !lost.targets.contains("on_hold"))
    }
}
