import Contracts
import Foundation
import RPC

@testable import deals

/// The calls that stories about pipelines are told with.
extension Desk {
    func pipeline(_ type: DealType = .sellSideMA, as person: Person) async throws -> DealPipeline {
        try await call(DealMethods.pipeline, Nothing(), as: person, on: [type.rawValue])
    }

    /// Reads the pipeline, changes it, and puts it back.
    func edit(
        _ type: DealType = .sellSideMA, as admin: Person, ifMatch: Int64? = nil, _ change: (inout PipelineEdit) -> Void
    ) async throws -> DealPipeline {
        let before = try await pipeline(type, as: admin)
        var edit = PipelineEdit(before)
        change(&edit)
        return try await call(
            DealMethods.editPipeline, edit, as: admin, on: [type.rawValue], ifMatch: ifMatch ?? before.version)
    }

    func counts(_ type: DealType = .sellSideMA, as person: Person) async throws -> [String: Int?] {
        let counts = try await call(DealMethods.pipelineCounts, Nothing(), as: person, on: [type.rawValue])
        return Dictionary(counts.items.map { ($0.stage, $0.liveDeals) }) { first, _ in first }
    }
}

extension PipelineEdit {
    /// As it stands.
    init(_ pipeline: DealPipeline) {
        self.init(
            name: pipeline.name,
            stages: pipeline.stages.map {
                StageEdit(
                    key: $0.key, name: $0.name, category: $0.category, probability: $0.probability,
                    staleAfterDays: $0.staleAfterDays, requirementText: $0.requirementText, wipHint: $0.wipHint,
                    rules: $0.rules)
            })
    }

    mutating func change(_ key: String, _ change: (inout StageEdit) -> Void) {
        for index in stages.indices where stages[index].key == key { change(&stages[index]) }
    }

    mutating func add(_ name: String, key: String? = nil, after: String) {
        let index = stages.firstIndex { $0.key == after } ?? 0
        let new = StageEdit(key: key, name: name, category: stages[index].category, probability: 33)
        stages.insert(new, at: index + 1)
    }

    mutating func remove(_ key: String, to target: String?) {
        stages.removeAll { $0.key == key }
        if let target { removals = (removals ?? []) + [StageRemoval(key: key, moveTo: target)] }
    }
}
