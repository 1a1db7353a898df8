package import RPC

/// What a rule of a stage asks of a deal.
package enum StageRuleKind: String, Codable, Sendable, CaseIterable {
    /// `field` is filled.
    case fieldPresent = "field_present"
    /// The day in `field` is not later than the day of the move. Says nothing of a day that is missing.
    case dateNotFuture = "date_not_future"
    /// The document register holds one of `documents`.
    case documentPresent = "document_present"
    /// The conflict check was asked for and not declined.
    case conflictStarted = "conflict_started"
    /// Compliance has cleared the conflict check, and the clearance has not expired.
    case conflictCleared = "conflict_cleared"
    /// The deal has at least `count` counterparties, of those that reached `step` if it names one.
    case minCounterparties = "min_counterparties"
    /// No task is open, of those that `tasks` means.
    case tasksDone = "tasks_done"
    /// A second person gave the approval of kind `approval`, and it has not expired.
    case approval
    /// A fee is contracted, invoiced or paid.
    case feePresent = "fee_present"
}

/// Fields of a deal that rules may ask for: those that can be empty.
package enum StageRuleField: String, Codable, Sendable, CaseIterable {
    case realName, targetName, sector, country, description, value, enterpriseValue, nextStep, expectedCloseOn,
        expectedAnnounceOn, engagementLetterSignedOn, mandatedOn, announcedOn, signedOn, closedOn

    package var isDay: Bool {
        switch self {
        case .expectedCloseOn, .expectedAnnounceOn, .engagementLetterSignedOn, .mandatedOn, .announcedOn, .signedOn,
            .closedOn:
            true
        case .realName, .targetName, .sector, .country, .description, .value, .enterpriseValue, .nextStep: false
        }
    }
}

/// Which tasks `tasks_done` means.
package enum StageRuleTasks: String, Codable, Sendable, CaseIterable { case all, critical }

/// What happens when a rule is not met: `block` refuses the move, `warn` lets it pass and writes it down.
package enum StageRuleSeverity: String, Codable, Sendable, CaseIterable { case block, warn }

/// What must be true of a deal before it enters the stage that the rule belongs to. The kind decides which one of the
/// parameters is set; `faults` says what does not fit.
package struct StageRule: Codable, Sendable, Hashable {
    package var kind: StageRuleKind
    /// Of `field_present` and `date_not_future`.
    package var field: StageRuleField?
    /// Of `document_present`: one of these is enough.
    package var documents: [DocumentType]?
    /// Of `min_counterparties`.
    package var count: Int?
    /// Of `min_counterparties`: counts those alone that have this step or a later one.
    package var step: CounterpartyStepKind?
    /// Of `tasks_done`.
    package var tasks: StageRuleTasks?
    /// Of `approval`.
    package var approval: ApprovalKind?
    package var severity: StageRuleSeverity
    /// The deal's lead and compliance may pass over it with a recorded override. Means nothing while it only warns.
    package var overridable: Bool

    package init(
        _ kind: StageRuleKind, field: StageRuleField? = nil, documents: [DocumentType]? = nil, count: Int? = nil,
        step: CounterpartyStepKind? = nil, tasks: StageRuleTasks? = nil, approval: ApprovalKind? = nil,
        severity: StageRuleSeverity = .block,
        overridable: Bool = false
    ) {
        self.kind = kind
        self.field = field
        self.documents = documents
        self.count = count
        self.step = step
        self.tasks = tasks
        self.approval = approval
        self.severity = severity
        self.overridable = overridable
    }
}

extension StageRule {
    /// Of one stage.
    package static let rulesMax = 16
    package static let counts = 1...2000
    package static let documentsMax = 5

    /// What is wrong with the rule itself; empty when it can be kept.
    /// - Parameter path: where it stands in the input, as `rules[2].`; written before each field.
    package func faults(at path: String = "") -> [FieldFault] {
        var faults: [FieldFault] = []
        func check(_ name: String, isSet: Bool, belongsTo kinds: StageRuleKind...) {
            if kinds.contains(kind), !isSet {
                faults.append(FieldFault(path + name, "required", "A rule of this kind needs it."))
            } else if isSet, !kinds.contains(kind) {
                faults.append(FieldFault(path + name, "not_allowed", "A rule of this kind has no such parameter."))
            }
        }
        check("field", isSet: field != nil, belongsTo: .fieldPresent, .dateNotFuture)
        check("documents", isSet: documents != nil, belongsTo: .documentPresent)
        check("count", isSet: count != nil, belongsTo: .minCounterparties)
        if kind != .minCounterparties { check("step", isSet: step != nil, belongsTo: .minCounterparties) }
        check("tasks", isSet: tasks != nil, belongsTo: .tasksDone)
        check("approval", isSet: approval != nil, belongsTo: .approval)
        return faults + valueFaults(at: path)
    }

    private func valueFaults(at path: String) -> [FieldFault] {
        var faults: [FieldFault] = []
        if kind == .dateNotFuture, let field, !field.isDay {
            faults.append(FieldFault(path + "field", "invalid", "must be a field that holds a day"))
        }
        if let count, !Self.counts.contains(count) {
            faults.append(FieldFault(path + "count", "out_of_range", "must be 1 to \(Self.counts.upperBound)"))
        }
        if let step, step.isExit {
            faults.append(FieldFault(path + "step", "invalid", "must be a step that leads on"))
        }
        if let documents, !(1...Self.documentsMax).contains(documents.count) || Set(documents).count < documents.count {
            faults.append(
                FieldFault(path + "documents", "invalid", "must be 1 to \(Self.documentsMax) different types"))
        }
        if approval == .reopen {
            faults.append(FieldFault(path + "approval", "invalid", "What has ended is reopened with approval anyway."))
        }
        // Who may pass over compliance needs no conflict check.
        if overridable, kind == .conflictStarted || kind == .conflictCleared {
            faults.append(FieldFault(path + "overridable", "not_allowed", "Nobody passes over the conflict check."))
        }
        return faults
    }

    /// What is wrong with the rules of one stage.
    package static func faults(of rules: [StageRule], at path: String = "rules") -> [FieldFault] {
        guard rules.count <= rulesMax else {
            return [FieldFault(path, "too_many", "A stage has at most \(rulesMax) rules.")]
        }
        var faults: [FieldFault] = []
        for (index, rule) in rules.enumerated() {
            faults += rule.faults(at: "\(path)[\(index)].")
            if rules[..<index].contains(where: { $0.asksTheSame(as: rule) }) {
                faults.append(FieldFault("\(path)[\(index)]", "duplicate", "The stage has this rule already."))
            }
        }
        return faults
    }

    /// Whether two rules differ in nothing but how strict they are.
    package func asksTheSame(as other: StageRule) -> Bool {
        var same = other
        (same.severity, same.overridable) = (severity, overridable)
        return same == self
    }
}
