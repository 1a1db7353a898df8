import Contracts
import RPC

/// A rule that is not met, and the words for it.
struct UnmetRule: Sendable, Hashable {
    let rule: StageRule
    let fault: FieldFault
}

/// Judges rules of stages over values. Every rule speaks for itself, so that a person reads all that is missing at once.
struct StageRules: Sendable {
    let deal: Deal
    let facts: DealFacts
    let effectiveOn: BusinessDate
    let today: BusinessDate

    /// Everything that stands against entering these stages, in their order. A skip passes all stages between: what blocks
    /// there blocks still, while their warnings are over.
    func unmet(entering stages: some BidirectionalCollection<Stage>) -> [UnmetRule] {
        guard let target = stages.last else { return [] }
        var rules = stages.dropLast().flatMap { stage in
            stage.rules.filter { $0.severity == .block }.map { Placed(rule: $0, stage: stage.key) }
        }
        rules += target.rules.map { Placed(rule: $0, stage: target.key) }
        return rules.indices
            .filter { index in !rules.indices.contains { rules[$0].makesNeedless(rules[index], isBefore: $0 < index) } }
            .compactMap { index in
                fault(rules[index].rule, of: rules[index].stage).map { UnmetRule(rule: rules[index].rule, fault: $0) }
            }
    }

    private func fault(_ rule: StageRule, of stage: String) -> FieldFault? {
        switch rule.kind {
        case .fieldPresent: rule.field.flatMap(missing)
        case .dateNotFuture: rule.field.flatMap(tooLate)
        case .documentPresent: rule.documents.flatMap(undocumented)
        case .conflictStarted: conflictCheckStarted()
        case .conflictCleared: conflictCleared()
        case .minCounterparties: rule.count.flatMap { tooFewCounterparties($0, at: rule.step) }
        case .tasksDone: openTasks(rule.tasks ?? .all)
        case .approval: rule.approval.flatMap { unapproved($0, stage) }
        case .feePresent: missingFee()
        }
    }

    private func conflictCheckStarted() -> FieldFault? {
        switch deal.conflictStatus {
        case .notStarted:
            FieldFault("conflictStatus", "conflict_check_not_started", "Ask for the conflict check first.")
        case .declined:
            FieldFault("conflictStatus", "conflict_declined", "The conflict check was declined.")
        case .pending, .cleared, .clearedWithConditions, .expired: nil
        }
    }

    /// A clearance does not hold against what the restricted list says since. It is good through the day on which it ends; back-dating a move does not revive it.
    private func conflictCleared() -> FieldFault? {
        let expired = FieldFault("conflictStatus", "conflict_expired", "The conflict clearance has expired.")
        switch deal.conflictStatus {
        case .cleared, .clearedWithConditions:
            if let end = deal.conflictExpiresOn, end < today { return expired }
            guard facts.isRestricted else { return nil }
            return FieldFault("conflictStatus", "refer_to_control_room", "Refer to the control room.")
        case .expired:
            return expired
        case .notStarted, .pending, .declined:
            return FieldFault(
                "conflictStatus", "conflict_not_cleared", "Compliance has not cleared the conflict check.")
        }
    }

    private func missing(_ field: StageRuleField) -> FieldFault? {
        field.isFilled(in: deal) ? nil : FieldFault(field.rawValue, field.code + "_missing", field.demand)
    }

    private func tooLate(_ field: StageRuleField) -> FieldFault? {
        guard let day = field.day(of: deal), day > effectiveOn else { return nil }
        switch field {
        case .engagementLetterSignedOn:
            return FieldFault(
                field.rawValue, "engagement_letter_too_late", "The engagement letter was not signed yet on that day.")
        case .closedOn:
            return FieldFault(field.rawValue, "closed_on_in_future", "The deal has not closed yet on that day.")
        default:
            return FieldFault(field.rawValue, field.code + "_in_future", "This day must not be after the move.")
        }
    }

    private func undocumented(_ types: [DocumentType]) -> FieldFault? {
        guard facts.documents.isDisjoint(with: types) else { return nil }
        let names = types.map(\.words).joined(separator: " or ")
        return FieldFault("documents", "document_missing", "The register holds no \(names).")
    }

    /// - Parameter step: which those that count have reached; nil for all.
    private func tooFewCounterparties(_ count: Int, at step: CounterpartyStepKind?) -> FieldFault? {
        if let step {
            let reached = facts.reached[step] ?? 0
            guard reached < count else { return nil }
            return FieldFault(
                "counterparties", "counterparties_missing",
                "The deal needs \(count) at \(step.rawValue) or beyond and has \(reached).")
        }
        guard facts.counterparties < count else { return nil }
        return FieldFault(
            "counterparties", "counterparties_missing",
            count == 1 ? "Add a counterparty first." : "The deal needs at least \(count) counterparties.")
    }

    private func openTasks(_ tasks: StageRuleTasks) -> FieldFault? {
        let count = tasks == .critical ? facts.openCriticalTasks : facts.openTasks
        guard count > 0 else { return nil }
        let kind = tasks == .critical ? "critical task" : "task"
        return FieldFault(
            "tasks", tasks == .critical ? "critical_tasks_open" : "tasks_open",
            count == 1 ? "1 \(kind) is still open." : "\(count) \(kind)s are still open.")
    }

    private func missingFee() -> FieldFault? {
        facts.hasContractedFee ? nil : FieldFault("fees", "fee_missing", "No fee of the deal is contracted.")
    }

    private func unapproved(_ kind: ApprovalKind, _ stage: String) -> FieldFault? {
        let isGiven = facts.approvals.contains { $0.kind == kind && (kind != .stage || $0.stage == stage) }
        return isGiven ? nil : FieldFault("approvals", "approval_missing", kind.demand)
    }
}

/// A rule and the stage that it belongs to.
private struct Placed {
    let rule: StageRule
    let stage: String

    /// Whether meeting this one means that the other is met, or nobody would let it stand in the way: then it goes unsaid.
    func makesNeedless(_ other: Placed, isBefore: Bool) -> Bool {
        guard rule.isAsStrict(as: other.rule) else { return false }
        if rule.asksTheSame(as: other.rule), rule.approval != .stage || stage == other.stage {
            return isBefore || !other.rule.isAsStrict(as: rule)
        }
        switch (rule.kind, other.rule.kind) {
        case (.conflictCleared, .conflictStarted): return true
        case (.minCounterparties, .minCounterparties):
            let (count, least) = (rule.count ?? 0, other.rule.count ?? 0)
            // Whoever reached a step is on the list, and reached those before it.
            guard rule.step != other.rule.step else { return count > least }
            return count >= least && (rule.step?.place ?? 0) > (other.rule.step?.place ?? -1)
        default: return false
        }
    }
}

extension StageRule {
    fileprivate func isAsStrict(as other: StageRule) -> Bool {
        guard severity == other.severity else { return severity == .block }
        return severity == .warn || !overridable || other.overridable
    }
}
