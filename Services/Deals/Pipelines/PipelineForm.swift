import Contracts
import Foundation
import RPC

/// Checks a pipeline as somebody wants it against how it stands, and collects all that is wrong.
struct PipelineForm: Sendable {
    static let stages = 2...24
    /// With those that were removed, whose keys are never used again.
    static let stagesEverMax = 200
    static let staleDays = 1...3650
    static let wipHints = 1...10_000

    private let before: StoredPipeline
    private var name: String
    private var stages: [Stage] = []
    /// The stage that takes the place, by the key of the one that goes.
    private var replacements: [String: String] = [:]
    private(set) var faults: [FieldFault] = []

    init(_ edit: PipelineEdit, of before: StoredPipeline) {
        self.before = before
        name = before.name
        if let name = TextRule("name", 1...80).check(edit.name, &faults) { self.name = name }
        guard Self.stages.contains(edit.stages.count) else {
            fault("stages", "out_of_range", "A pipeline has \(Self.words(Self.stages)) stages.")
            return
        }
        let keys = keys(of: edit.stages)
        for (index, key) in keys.enumerated() {
            stages.append(stage(edit.stages[index], key, at: "stages[\(index)]"))
        }
        checkNames()
        checkEnds()
        checkRoom()
        plan(edit.removals ?? [])
    }

    /// The pipeline with the change made, one version on; the one that stood there when nothing changes.
    /// - Throws: `validation_failed` with everything that does not fit.
    func changed(by caller: Caller) throws(RPCFault) -> StoredPipeline {
        let gone = before.pipeline.stages.filter { replacements[$0.key] != nil }.map {
            RemovedStage(key: $0.key, name: $0.name, replacedBy: replacements[$0.key] ?? "", removedAt: caller.now)
        }
        guard faults.isEmpty, let pipeline = Pipeline(stages, removed: before.pipeline.removed + gone) else {
            throw .invalid(faults)
        }
        guard name != before.name || pipeline != before.pipeline else { return before }
        var after = before
        (after.name, after.pipeline, after.version) = (name, pipeline, before.version + 1)
        // A clock that was set back must not make the pipeline look older than it was.
        (after.updatedAt, after.updatedBy) = (max(caller.now, before.updatedAt), caller.id)
        return after
    }

    private mutating func keys(of inputs: [StageEdit]) -> [String] {
        let known = Set(before.pipeline.stages.map(\.key) + before.pipeline.removed.map(\.key))
        var taken = known.union(StageKey.reserved).union(inputs.compactMap(\.key))
        var seen: Set<String> = []
        var keys: [String] = []
        for (index, input) in inputs.enumerated() {
            let key = input.key ?? StageKey.made(from: input.name, except: taken)
            taken.insert(key)
            keys.append(key)
            let field = "stages[\(index)].key"
            if !seen.insert(key).inserted {
                fault(field, "duplicate", "Another stage has this key.")
            } else if before.pipeline.stage(key) == nil, known.contains(key) {
                fault(field, "removed", "A removed stage had this key, and the history of deals names it.")
            } else if StageKey.reserved.contains(key) {
                fault(field, "reserved", "is the name of a status")
            } else if !StageKey.isValid(key) {
                fault(field, "invalid", "must begin with a to z and have at most 50 of a to z, 0 to 9 and _")
            }
        }
        return keys
    }

    private mutating func stage(_ input: StageEdit, _ key: String, at path: String) -> Stage {
        let name = TextRule("\(path).name", 1...80).check(input.name, &faults)
        checkRange(input.probability, 0...100, "\(path).probability")
        checkRange(input.staleAfterDays, Self.staleDays, "\(path).staleAfterDays")
        checkRange(input.wipHint, Self.wipHints, "\(path).wipHint")
        var stage = Stage(key, name ?? "", input.category, input.probability)
        stage.requirementText = input.requirementText.flatMap {
            TextRule("\(path).requirementText", 1...500, allowsLines: true).check($0, &faults)
        }
        (stage.staleAfterDays, stage.wipHint, stage.rules) = (input.staleAfterDays, input.wipHint, input.rules)
        faults += StageRule.faults(of: input.rules, at: "\(path).rules")
        return stage
    }

    private mutating func checkNames() {
        var seen: Set<String> = [""]
        for (index, stage) in stages.enumerated() where !stage.name.isEmpty {
            if !seen.insert(FoldedText.of(stage.name)).inserted {
                fault("stages[\(index)].name", "duplicate", "Another stage has this name.")
            }
        }
    }

    /// New deals start in the first stage and are won by entering the last, so these two stay what they are.
    private mutating func checkEnds() {
        let end = stages.count - 1
        for (index, fixed) in [(0, before.pipeline.first), (end, before.pipeline.last)] {
            if stages[index].key != fixed.key {
                fault("stages[\(index)].key", "fixed", "The pipeline begins and ends with the stages that it has.")
            } else if stages[index].category != fixed.category {
                fault("stages[\(index)].category", "fixed", "must stay \(fixed.category.rawValue)")
            }
        }
        if stages[end].key == before.pipeline.last.key, stages[end].probability != 100 {
            fault("stages[\(end)].probability", "not_certain", "must be 100: a deal that is here is won")
        }
        for index in stages.indices.dropLast() where stages[index].category == .closed {
            fault("stages[\(index)].category", "not_last", "Only the last stage is closed.")
        }
    }

    private mutating func checkRoom() {
        let new = stages.count { before.pipeline.stage($0.key) == nil }
        guard before.pipeline.stages.count + before.pipeline.removed.count + new > Self.stagesEverMax else { return }
        fault("stages", "too_many", "A pipeline has at most \(Self.stagesEverMax) stages, removed ones included.")
    }

    /// Where deals go is asked of every stage that goes, whether one stands there or not: the answer must not tell
    /// somebody who may know of no deal that there is one.
    private mutating func plan(_ removals: [StageRemoval]) {
        guard removals.count <= Self.stages.upperBound else {
            return fault("removals", "too_many", "There are not so many stages.")
        }
        let kept = Set(stages.map(\.key))
        let gone = before.pipeline.stages.filter { !kept.contains($0.key) }
        for (index, removal) in removals.enumerated() {
            let path = "removals[\(index)]"
            if !gone.contains(where: { $0.key == removal.key }) {
                fault("\(path).key", "not_removed", "must be a stage that is left out of stages")
            } else if replacements.updateValue(removal.moveTo, forKey: removal.key) != nil {
                fault("\(path).key", "duplicate", "This stage is named twice.")
            }
            if removal.moveTo == before.pipeline.last.key {
                fault("\(path).moveTo", "wins_deals", "Deals are won one by one; choose another stage.")
            } else if !kept.contains(removal.moveTo) {
                fault("\(path).moveTo", "unknown_stage", "must be one of stages")
            }
        }
        for stage in gone where replacements[stage.key] == nil {
            fault("removals", "mapping_missing", "Say to which stage live deals in \(stage.key) go.")
        }
    }

    private mutating func checkRange(_ number: Int?, _ range: ClosedRange<Int>, _ field: String) {
        guard let number, !range.contains(number) else { return }
        fault(field, "out_of_range", "must be \(Self.words(range))")
    }

    private mutating func fault(_ field: String, _ code: String, _ message: String) {
        faults.append(FieldFault(field, code, message))
    }

    private static func words(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound) to \(range.upperBound)" }
}
