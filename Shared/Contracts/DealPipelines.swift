package import Foundation
package import RPC

extension DealMethods {
    package static let pipelines = RPCMethod<Nothing, PipelineList>(
        0x0240, "deals.pipelines", callers: [Peer.gateway], isIdempotent: true)
    package static let pipeline = RPCMethod<Nothing, DealPipeline>(
        0x0241, "deals.pipelines.get", callers: [Peer.gateway], isIdempotent: true)
    package static let editPipeline = RPCMethod<PipelineEdit, DealPipeline>(
        0x0242, "deals.pipelines.edit", callers: [Peer.gateway])
    /// Apart from the pipeline, whose version says nothing of how many deals stand in it.
    package static let pipelineCounts = RPCMethod<Nothing, PipelineCounts>(
        0x0243, "deals.pipelines.counts", callers: [Peer.gateway], isIdempotent: true)
}

/// What kind of work a stage is, in the order in which a deal lives through them.
package enum StageCategory: String, Codable, Comparable, Sendable, CaseIterable {
    case origination, pitch, mandate, execution, signed, closed

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package static func < (a: StageCategory, b: StageCategory) -> Bool { a.order < b.order }
}

/// The way that deals of one type go. It is the same for everybody who may read it, and holds nothing of any deal.
package struct DealPipeline: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    /// Each type has one pipeline, which is named by it wherever by its id.
    package var type: DealType
    package var name: String
    /// First to last. New deals start in the first; entering the last means that the deal is won.
    package var stages: [PipelineStage]
    /// Those that were taken out, in the order in which that happened: the history of deals still names them.
    package var removedStages: [RemovedStage]
    package var version: Int64
    package var updatedAt: Instant
    /// Nil until somebody changed it.
    package var updatedBy: UUID?

    package var resourceID: String { id.text }

    package init(
        id: UUID, type: DealType, name: String, stages: [PipelineStage], removedStages: [RemovedStage], version: Int64,
        updatedAt: Instant, updatedBy: UUID?
    ) {
        self.id = id
        self.type = type
        self.name = name
        self.stages = stages
        self.removedStages = removedStages
        self.version = version
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
    }
}

/// One step of a pipeline. Its key never changes; all else may.
package struct PipelineStage: Codable, Sendable, Hashable {
    package var key: String
    package var name: String
    package var category: StageCategory
    /// Per cent: the chance that the fee is earned, for a deal that stands here.
    package var probability: Int
    /// A deal that stands here longer wants looking at.
    package var staleAfterDays: Int?
    /// What people read before they move a deal here; `rules` is what is asked of it.
    package var requirementText: String?
    /// With more deals than this a board marks the column. It refuses nothing.
    package var wipHint: Int?
    package var rules: [StageRule]

    package init(
        key: String, name: String, category: StageCategory, probability: Int, staleAfterDays: Int? = nil,
        requirementText: String? = nil, wipHint: Int? = nil, rules: [StageRule] = []
    ) {
        self.key = key
        self.name = name
        self.category = category
        self.probability = probability
        self.staleAfterDays = staleAfterDays
        self.requirementText = requirementText
        self.wipHint = wipHint
        self.rules = rules
    }
}

/// A stage that is no longer there.
package struct RemovedStage: Codable, Sendable, Hashable {
    package var key: String
    package var name: String
    /// The stage to which its live deals went.
    package var replacedBy: String
    package var removedAt: Instant

    package init(key: String, name: String, replacedBy: String, removedAt: Instant) {
        self.key = key
        self.name = name
        self.replacedBy = replacedBy
        self.removedAt = removedAt
    }
}

/// All pipelines, in the order of the deal types.
package struct PipelineList: Codable, Sendable {
    package var items: [DealPipeline]

    package init(items: [DealPipeline]) { self.items = items }
}

/// A pipeline as it is to be: its name and all its stages in order. A stage without a key, or with a new one, is added; one
/// that is there and left out is removed, and `removals` says where its live deals go.
package struct PipelineEdit: Codable, Sendable, Hashable {
    package var name: String
    package var stages: [StageEdit]
    package var removals: [StageRemoval]?

    package init(name: String, stages: [StageEdit], removals: [StageRemoval]? = nil) {
        self.name = name
        self.stages = stages
        self.removals = removals
    }
}

/// A stage as it is to be.
package struct StageEdit: Codable, Sendable, Hashable {
    /// Of a new stage it may be left out, and is then made from the name.
    package var key: String?
    package var name: String
    package var category: StageCategory
    /// 0 ... 100, and 100 in the last stage.
    package var probability: Int
    package var staleAfterDays: Int?
    package var requirementText: String?
    package var wipHint: Int?
    package var rules: [StageRule]

    package init(
        key: String?, name: String, category: StageCategory, probability: Int, staleAfterDays: Int? = nil,
        requirementText: String? = nil, wipHint: Int? = nil, rules: [StageRule] = []
    ) {
        self.key = key
        self.name = name
        self.category = category
        self.probability = probability
        self.staleAfterDays = staleAfterDays
        self.requirementText = requirementText
        self.wipHint = wipHint
        self.rules = rules
    }
}

/// Which stage goes, and to which its live deals move. Every removal names one, whether deals stand there or not.
package struct StageRemoval: Codable, Sendable, Hashable {
    package var key: String
    package var moveTo: String

    package init(key: String, moveTo: String) {
        self.key = key
        self.moveTo = moveTo
    }
}

/// How many live deals stand in the stages of one pipeline, as far as the caller may know it.
package struct PipelineCounts: Codable, Sendable, Hashable {
    package var items: [StageCount]

    package init(items: [StageCount]) { self.items = items }
}

/// The live deals, active or on hold, of one stage.
package struct StageCount: Codable, Sendable, Hashable {
    package var stage: String
    /// Nil where they are too few to be told without telling which.
    package var liveDeals: Int?

    package init(stage: String, liveDeals: Int?) {
        self.stage = stage
        self.liveDeals = liveDeals
    }
}
