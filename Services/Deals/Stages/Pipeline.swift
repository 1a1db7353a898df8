import Contracts

extension StageCategory {
    /// Winning, signing and closing commit the firm, so only those who manage the deal may say that it happened.
    var wantsManager: Bool { self == .mandate || self == .signed || self == .closed }
}

/// One step of a pipeline. The key is stored and never changes; the name may.
struct Stage: Sendable, Hashable {
    let key: String
    let name: String
    let category: StageCategory
    /// Per cent: the chance that the fee is earned, for a deal that stands here.
    let probability: Int
    /// What a deal must meet to enter.
    var rules: [StageRule] = []
    /// See `PipelineStage`, as of the next two.
    var staleAfterDays: Int?
    var requirementText: String?
    var wipHint: Int?

    init(_ key: String, _ name: String, _ category: StageCategory, _ probability: Int) {
        self.key = key
        self.name = name
        self.category = category
        self.probability = probability
    }
}

/// The stages of one kind of deal, first to last. New deals start in the first; entering the last, which alone is closed,
/// means that the deal is won.
struct Pipeline: Sendable, Hashable {
    let first: Stage
    let last: Stage
    let stages: [Stage]
    /// Stages that were taken out, in that order. No live deal stands in one; deals that ended there still do.
    let removed: [RemovedStage]

    /// Nil of what is no pipeline: without a beginning and an end, or with another end.
    init?(_ stages: [Stage], removed: [RemovedStage]) {
        guard stages.count >= 2, let first = stages.first, let last = stages.last,
            stages.firstIndex(where: { $0.category == .closed }) == stages.count - 1
        else { return nil }
        (self.first, self.last, self.stages, self.removed) = (first, last, stages, removed)
    }

    /// One of the built-in pipelines, with the rules that every firm begins with.
    init(from first: Stage, _ between: [Stage], to last: Stage) {
        self.first = first.withBuiltInRules(isLast: false)
        self.last = last.withBuiltInRules(isLast: true)
        stages = [self.first] + between.map { $0.withBuiltInRules(isLast: false) } + [self.last]
        removed = []
    }

    /// Of a stage that was removed, where the one stands that took its place, or the one that took that one's.
    /// A pipeline has at most two dozen stages: a scan beats a dictionary.
    func position(of key: String) -> Int? {
        var key = key
        // Each step is a later removal, so there are no more steps than removals.
        for _ in 0...removed.count {
            if let position = stages.firstIndex(where: { $0.key == key }) { return position }
            guard let gone = removed.first(where: { $0.key == key }) else { return nil }
            key = gone.replacedBy
        }
        return nil
    }

    /// Nil of a stage that was removed: no deal can be moved there.
    func stage(_ key: String) -> Stage? { stages.first { $0.key == key } }

    /// The stage that a deal counts as standing in; another one than its own when that was removed after the deal ended.
    func standing(_ key: String) -> Stage? { position(of: key).map { stages[$0] } }
}
