import Contracts

extension Stage {
    /// The same stage with the rules that every firm begins with.
    func withBuiltInRules(isLast: Bool) -> Stage {
        var stage = self
        stage.rules = StageRule.builtIn(for: self, isLast: isLast)
        return stage
    }
}

/// What blocks from the first day is what no bank goes without: the conflict check, the engagement letter, the closing
/// day. All else warns, so that a firm can move its deals before it has filled everything in, and an administrator makes
/// it block when the firm is ready.
extension StageRule {
    static func builtIn(for stage: Stage, isLast: Bool) -> [StageRule] {
        var rules: [StageRule] =
            switch stage.category {
            case .origination: []
            case .pitch: pitch
            case .mandate: underMandate + mandate
            case .execution: underMandate
            case .signed, .closed: underMandate + [.warning(.fieldPresent, field: .value)]
            }
        rules += ofWork[stage.key] ?? []
        if isLast { rules += closing }
        return rules
    }

    private static let pitch: [StageRule] = [
        StageRule(.conflictStarted), .warning(.fieldPresent, field: .value), .warning(.fieldPresent, field: .nextStep),
    ]

    /// The letter may follow the work by some days, which the lead or compliance takes upon himself; the conflict check
    /// may not.
    private static let underMandate: [StageRule] = [
        StageRule(.conflictCleared),
        StageRule(.fieldPresent, field: .engagementLetterSignedOn, overridable: true),
        StageRule(.dateNotFuture, field: .engagementLetterSignedOn, overridable: true),
    ]

    /// The letter itself only warns: many firms file it elsewhere, and its day is known all the same.
    private static let mandate: [StageRule] = [
        .warning(.documentPresent, documents: [.engagementLetter]), .warning(.fieldPresent, field: .expectedCloseOn),
        .warning(.approval, approval: .engagement),
    ]

    private static let closing: [StageRule] = [
        StageRule(.fieldPresent, field: .closedOn), StageRule(.dateNotFuture, field: .closedOn),
        .warning(.tasksDone, tasks: .critical),
    ]

    /// By the stage's key, which stands for the same work in every pipeline that has it.
    private static let ofWork: [String: [StageRule]] = [
        "marketing": [
            .warning(.minCounterparties, count: 1), .warning(.documentPresent, documents: [.teaser, .cim]),
        ],
        "approach": [.warning(.minCounterparties, count: 1)],
        "round_1": [.warning(.minCounterparties, count: 1)],
        "round_2": [.warning(.minCounterparties, count: 1), .warning(.documentPresent, documents: [.ioi])],
        "term_sheets": [.warning(.minCounterparties, count: 1)],
        "exclusivity": [.warning(.minCounterparties, count: 1), .warning(.documentPresent, documents: [.loi])],
        "loi_exclusivity": [.warning(.minCounterparties, count: 1), .warning(.documentPresent, documents: [.loi])],
        "committee": [.warning(.approval, approval: .fairnessCommittee)],
    ]

    private static func warning(
        _ kind: StageRuleKind, field: StageRuleField? = nil, documents: [DocumentType]? = nil, count: Int? = nil,
        tasks: StageRuleTasks? = nil, approval: ApprovalKind? = nil
    ) -> StageRule {
        StageRule(
            kind, field: field, documents: documents, count: count, tasks: tasks, approval: approval, severity: .warn,
            overridable: true)
    }
}
