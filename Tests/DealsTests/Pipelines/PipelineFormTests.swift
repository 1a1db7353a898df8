import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct PipelineFormTests {
    private static let before = StoredPipeline(
        id: UUID(), type: .sellSideMA, name: "Sell-side", pipeline: .builtIn(for: .sellSideMA), version: 1,
        updatedAt: Instant(milliseconds: 0), updatedBy: nil)

    private static func faults(
        of stored: StoredPipeline = before, _ change: (inout PipelineEdit) -> Void
    ) -> [String] {
        var edit = PipelineEdit(stored.wire)
        change(&edit)
        return PipelineForm(edit, of: stored).faults.map { "\($0.field) \($0.code)" }
    }

    @Test func asItStandsItFits() { #expect(Self.faults { _ in } == []) }

    @Test func allThatIsWrongIsToldAtOnce() {
        let faults = Self.faults { edit in
            edit.name = " "
            edit.stages[1].name = "x\u{7}"
            edit.stages[1].probability = 101
            edit.stages[2].key = "Mandated!"
            edit.stages[3].category = .closed
            edit.stages[3].staleAfterDays = 0
            edit.stages[4].name = "ROUND 1  (ioi)"
            edit.stages[4].wipHint = 10_001
            edit.stages[5].requirementText = ""
            edit.stages[6].rules = [StageRule(.fieldPresent)]
            edit.stages[10].probability = 99
        }
        #expect(
            Set(faults) == [
                "name too_short", "stages[1].name invalid", "stages[1].probability out_of_range",
                "stages[2].key invalid", "stages[3].category not_last", "stages[3].staleAfterDays out_of_range",
                "stages[5].name duplicate", "stages[4].wipHint out_of_range", "stages[5].requirementText too_short",
                "stages[6].rules[0].field required", "stages[10].probability not_certain", "removals mapping_missing",
            ])
        #expect(faults.count == 12)
    }

    @Test func theFirstStageAndTheLastStayWhatTheyAre() {
        #expect(Self.faults { $0.stages.swapAt(0, 1) }.contains("stages[0].key fixed"))
        #expect(Self.faults { $0.stages.swapAt(9, 10) }.contains("stages[10].key fixed"))
        #expect(Self.faults { $0.stages[0].category = .pitch } == ["stages[0].category fixed"])
        #expect(Self.faults { $0.stages[10].category = .signed } == ["stages[10].category fixed"])
        #expect(Self.faults { $0.remove("origination", to: "pitch") }.contains("stages[0].key fixed"))
        #expect(Self.faults { $0.remove("closed", to: "signed") }.contains("stages[9].key fixed"))
    }

    @Test func chancesNeedNotRise() { #expect(Self.faults { $0.stages[4].probability = 0 } == []) }

    @Test(arguments: [0, 1, 25]) func aPipelineHasTwoToTwentyFourStages(count: Int) {
        let stage = StageEdit(key: nil, name: "x", category: .pitch, probability: 1)
        #expect(Self.faults { $0.stages = Array(repeating: stage, count: count) } == ["stages out_of_range"])
    }

    @Test func aStageHasSoManyRules() {
        let rules = Array(repeating: StageRule(.conflictCleared), count: StageRule.rulesMax + 1)
        #expect(Self.faults { $0.stages[4].rules = rules } == ["stages[4].rules too_many"])
    }

    @Test func removalsNameStagesThatGoAndStagesThatStay() {
        #expect(Self.faults { $0.remove("pitch", to: "origination") } == [])
        #expect(Self.faults { $0.remove("pitch", to: nil) } == ["removals mapping_missing"])
        #expect(Self.faults { $0.remove("pitch", to: "closed") } == ["removals[0].moveTo wins_deals"])
        #expect(Self.faults { $0.remove("pitch", to: "pitch") } == ["removals[0].moveTo unknown_stage"])
        #expect(
            Self.faults {
                $0.remove("pitch", to: "round_1")
                $0.remove("round_1", to: "round_2")
            } == ["removals[0].moveTo unknown_stage"])
        #expect(
            Self.faults { $0.removals = [StageRemoval(key: "pitch", moveTo: "signed")] }
                == ["removals[0].key not_removed"])
        #expect(
            Self.faults {
                $0.remove("pitch", to: "signed")
                $0.remove("pitch", to: "signed")
            } == ["removals[1].key duplicate"])
    }

    @Test func keysAreUniqueNeverAStatusAndNeverUsedAgain() {
        #expect(Self.faults { $0.stages[2].key = "pitch" }.contains("stages[2].key duplicate"))
        #expect(Self.faults { $0.add("Wait", key: "on_hold", after: "pitch") } == ["stages[2].key reserved"])
        var stored = Self.before
        let gone = RemovedStage(key: "teaser", name: "Teaser", replacedBy: "pitch", removedAt: stored.updatedAt)
        stored.pipeline = Pipeline(stored.pipeline.stages, removed: [gone]) ?? stored.pipeline
        #expect(
            Self.faults(of: stored) { $0.add("Teaser", key: "teaser", after: "pitch") } == ["stages[2].key removed"])
        #expect(Self.faults(of: stored) { $0.add("Teaser", after: "pitch") } == [])
    }

    @Test func stagesDoNotPileUpForEver() {
        var stored = Self.before
        let gone = (0..<189).map {
            RemovedStage(key: "old_\($0)", name: "Old", replacedBy: "pitch", removedAt: stored.updatedAt)
        }
        stored.pipeline = Pipeline(stored.pipeline.stages, removed: gone) ?? stored.pipeline
        #expect(Self.faults(of: stored) { _ in } == [])
        #expect(Self.faults(of: stored) { $0.add("One more", after: "pitch") } == ["stages too_many"])
    }
}
