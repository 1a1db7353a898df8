import Contracts
import RPC

/// What changed in a pipeline, as its event tells it: `stages.pitch.probability` from 10 to 15, and each rule by itself.
enum PipelineChanges {
    /// With the longest texts these make a quarter of what an event may hold.
    static let perEventMax = 100

    static func between(_ before: StoredPipeline, _ after: StoredPipeline) throws -> [FieldChange] {
        var changes: [FieldChange] = []
        if before.name != after.name { changes.append(FieldChange("name", before: before.name, after: after.name)) }
        let (old, new) = (before.pipeline, after.pipeline)
        let (oldOrder, newOrder) = (old.stages.map(\.key), new.stages.map(\.key))
        if oldOrder != newOrder {
            changes.append(
                FieldChange("order", before: oldOrder.joined(separator: ", "), after: newOrder.joined(separator: ", ")))
        }
        for stage in old.removed(in: new) {
            changes.append(FieldChange("stages.\(stage.key)", before: stage.name, after: nil))
            changes.append(FieldChange("stages.\(stage.key).replacedBy", before: nil, after: stage.replacedBy))
        }
        for stage in new.stages { changes += try changesOf(stage, since: old.stage(stage.key)) }
        return changes
    }

    private static func changesOf(_ stage: Stage, since before: Stage?) throws -> [FieldChange] {
        let path = "stages.\(stage.key)."
        let old = before.map(fields)
        let changed = fields(stage).enumerated().compactMap { index, field -> FieldChange? in
            let earlier = old?[index].value
            return earlier == field.value ? nil : FieldChange(path + field.name, before: earlier, after: field.value)
        }
        return changed + (try rules(before?.rules ?? [], stage.rules, at: path + "rules"))
    }

    /// A rule that asks the same and is only stricter or milder now is one change.
    private static func rules(_ before: [StageRule], _ after: [StageRule], at field: String) throws -> [FieldChange] {
        var changes: [FieldChange] = []
        for rule in before {
            let now = after.first { $0.asksTheSame(as: rule) }
            if now != rule { changes.append(FieldChange(field, before: try text(rule), after: try now.map(text))) }
        }
        for rule in after where !before.contains(where: { $0.asksTheSame(as: rule) }) {
            changes.append(FieldChange(field, before: nil, after: try text(rule)))
        }
        if changes.isEmpty, before != after {
            changes.append(FieldChange(field, before: nil, after: "the same rules in another order"))
        }
        return changes
    }

    private static func text(_ rule: StageRule) throws -> String {
        String(decoding: try StrictJSON.encode(rule), as: UTF8.self)
    }

    private static func fields(_ stage: Stage) -> [(name: String, value: String?)] {
        [
            ("name", stage.name), ("category", stage.category.rawValue), ("probability", String(stage.probability)),
            ("staleAfterDays", stage.staleAfterDays.map(String.init)), ("requirementText", stage.requirementText),
            ("wipHint", stage.wipHint.map(String.init)),
        ]
    }
}

extension Pipeline {
    /// The stages of this one that are gone in a later state of it.
    func removed(in later: Pipeline) -> ArraySlice<RemovedStage> { later.removed.dropFirst(removed.count) }
}
