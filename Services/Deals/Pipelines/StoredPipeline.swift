import Contracts
import Foundation

/// The pipeline of one deal type as it is kept.
struct StoredPipeline: Sendable, Hashable {
    let id: UUID
    let type: DealType
    var name: String
    var pipeline: Pipeline
    var version: Int64
    var updatedAt: Instant
    var updatedBy: UUID?

    /// As people read it.
    var wire: DealPipeline {
        DealPipeline(
            id: id, type: type, name: name, stages: pipeline.stages.map(\.wire), removedStages: pipeline.removed,
            version: version, updatedAt: updatedAt, updatedBy: updatedBy)
    }
}

extension Stage {
    fileprivate var wire: PipelineStage {
        PipelineStage(
            key: key, name: name, category: category, probability: probability, staleAfterDays: staleAfterDays,
            requirementText: requirementText, wipHint: wipHint, rules: rules)
    }
}
