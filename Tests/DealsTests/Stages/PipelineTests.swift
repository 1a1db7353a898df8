import Contracts
import Testing

@testable import deals

struct PipelineTests {
    @Test(arguments: DealType.allCases)
    func everyTypeHasAPipelineThatRisesToOneHundred(type: DealType) {
        let stages = Pipeline.builtIn(for: type).stages
        #expect(stages.count >= 4)
        #expect(stages.last?.probability == 100)
        #expect(zip(stages, stages.dropFirst()).allSatisfy { $0.probability <= $1.probability })
        #expect(zip(stages, stages.dropFirst()).allSatisfy { $0.category <= $1.category })
        #expect(Set(stages.map(\.key)).count == stages.count)
    }

    @Test(arguments: DealType.allCases)
    func everyPipelineStartsBeforeAMandateAndHasOneAndOneEnd(type: DealType) {
        let pipeline = Pipeline.builtIn(for: type)
        #expect(pipeline.first.category == .origination)
        #expect(pipeline.stages.count { $0.category == .mandate } == 1)
        #expect(pipeline.stages.filter { $0.category == .closed } == [pipeline.last])
    }

    @Test(arguments: DealType.allCases)
    func noStageIsNamedLikeAStatusThatMovesName(type: DealType) {
        let reserved: Set<String> = ["active", "on_hold", "lost", "withdrawn", "won"]
        #expect(reserved.isDisjoint(with: Pipeline.builtIn(for: type).stages.map(\.key)))
    }

    @Test func sellSideHasTheStagesOfAnAuction() {
        #expect(
            Pipeline.builtIn(for: .sellSideMA).stages.map(\.key) == [
                "origination", "pitch", "mandated", "preparation", "marketing", "round_1", "mgmt_presentations",
                "round_2",
                "exclusivity", "signed", "closed",
            ])
        #expect(
            Pipeline.builtIn(for: .sellSideMA).stages.map(\.probability) == [
                5, 10, 30, 40, 45, 50, 55, 65, 75, 90, 100,
            ])
    }

    @Test func strategicAdvisoryIsSimple() {
        let stages = Pipeline.builtIn(for: .strategicAdvisory).stages
        #expect(stages.map(\.key) == ["prospect", "under_evaluation", "term_sheet_submitted", "closed"])
        #expect(stages.map(\.probability) == [10, 30, 60, 100])
    }
}
