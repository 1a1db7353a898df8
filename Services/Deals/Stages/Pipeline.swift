import Contracts

/// What kind of work a stage is, in the order in which a deal lives through them. Rules hang on the category, so that
/// pipelines may name their stages as the desk does.
enum StageCategory: Int, Comparable, Sendable, CaseIterable {
    case origination, pitch, mandate, execution, signed, closed

    static func < (a: StageCategory, b: StageCategory) -> Bool { a.rawValue < b.rawValue }

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

    init(_ key: String, _ name: String, _ category: StageCategory, _ probability: Int) {
        self.key = key
        self.name = name
        self.category = category
        self.probability = probability
    }
}

/// The stages of one kind of deal, first to last. New deals start in the first; entering the last means that the deal
/// is won.
struct Pipeline: Sendable, Hashable {
    let first: Stage
    let last: Stage
    let stages: [Stage]

    /// One of the built-in pipelines, with the rules that every firm begins with.
    init(from first: Stage, _ between: [Stage], to last: Stage) {
        self.first = first.withBuiltInRules(isLast: false)
        self.last = last.withBuiltInRules(isLast: true)
        stages = [self.first] + between.map { $0.withBuiltInRules(isLast: false) } + [self.last]
    }

    /// Stages with rules of their own; nil of none.
    init?(stages: [Stage]) {
        guard let first = stages.first, let last = stages.last else { return nil }
        (self.first, self.last, self.stages) = (first, last, stages)
    }

    /// A pipeline has at most a dozen stages: a scan beats a dictionary.
    func position(of key: String) -> Int? { stages.firstIndex { $0.key == key } }

    func stage(_ key: String) -> Stage? { stages.first { $0.key == key } }
}
