import Contracts
import RPC

/// Who moves a deal, as far as the rules ask.
struct Mover: Sendable, Hashable {
    /// Compliance that is not merely let in for a time.
    var isCompliance = false
    /// He leads this deal.
    var isLead = false

    var mayOverride: Bool { isCompliance || isLead }
}

/// Decides whether a deal may move, and what is in the way. A pure value: everything it knows comes in through init.
struct TransitionEngine: Sendable {
    /// The deal as it would stand just before the move, fields that come with the move included.
    let deal: Deal
    /// Of the deal's type, as it stands.
    let pipeline: Pipeline
    let facts: DealFacts
    /// When the deal last moved: history is written forward only.
    let lastMoveOn: BusinessDate
    let today: BusinessDate
    let mover: Mover

    /// Judges one move and names every rule that is not met.
    func assess(_ asked: Move) -> Assessment {
        let move = asked.trimmed
        var assessment = Assessment(
            target: target(move.toStage), move: move, effectiveOn: move.effectiveOn ?? today)
        switch assessment.target {
        case .stage(let stage, _): judge(entering: stage, &assessment)
        case .hold: judgeStatus(.hold, isThere: deal.status == .onHold, wantsReason: true, &assessment)
        case .resume: judgeStatus(.resume, isThere: deal.status == .active, wantsReason: false, &assessment)
        case .end(let status): judgeStatus(.end, isThere: deal.status == status, wantsReason: true, &assessment)
        case nil:
            assessment.faults.append(
                FieldFault(
                    "toStage", "unknown_stage",
                    "is not a stage of this deal's pipeline, on_hold, active, lost or withdrawn"))
        }
        assessment.faults += dateFaults(assessment.effectiveOn)
        let words = MoveWords(move: move, target: assessment.target, today: today)
        assessment.faults += words.faults
        if !deal.status.isEnded { assessment.warnings += words.warnings(facts) }
        override(move.override, &assessment)
        return assessment
    }

    /// Everywhere the deal could go from here, in the order of its pipeline.
    var targets: [String] {
        if deal.status.isEnded { return pipeline.stages.dropLast().map(\.key) }
        return pipeline.stages.map(\.key).filter { $0 != deal.stage }
            + [deal.status == .onHold ? DealStatus.active : .onHold, .lost, .withdrawn].map(\.rawValue)
    }

    private func target(_ toStage: String) -> MoveTarget? {
        switch DealStatus(rawValue: toStage) {
        case .onHold: .hold
        case .active: .resume
        case .lost: .end(.lost)
        case .withdrawn: .end(.withdrawn)
        // A deal is won by entering its pipeline's last stage.
        case .won, nil: pipeline.stage(toStage).map { .stage($0, isLast: $0.key == pipeline.last.key) }
        }
    }

    private func judge(entering stage: Stage, _ assessment: inout Assessment) {
        let stages = pipeline.stages
        guard let to = pipeline.position(of: stage.key), let from = pipeline.position(of: deal.stage) else {
            assessment.faults.append(
                FieldFault("toStage", "unknown_stage", "The deal stands in no stage of its pipeline."))
            return
        }
        var entered = stages[to...to]
        if deal.status.isEnded {
            assessment.direction = .reopen
            assessment.faults += reopenFaults(isLast: to == stages.count - 1, isForward: to > from)
        } else if to == from {
            assessment.faults.append(FieldFault("toStage", "already_there", "The deal is in this stage."))
            return
        } else if to < from {
            assessment.direction = .back
        } else {
            assessment.direction = to == from + 1 ? .forward : .skip
            entered = stages[(from + 1)...to]
        }
        if deal.status == .onHold {
            assessment.faults.append(FieldFault("toStage", "on_hold", "Resume the deal before you move it."))
        }
        assessment.faults += MoveWords.reasonFaults(assessment.move.reason, isWanted: assessment.direction != .forward)
        assessment.wantsManager = assessment.direction == .skip || entered.contains { $0.category.wantsManager }
        apply(rulesOf: entered, &assessment)
    }

    private func apply(rulesOf entered: ArraySlice<Stage>, _ assessment: inout Assessment) {
        var unmet = StageRules(deal: deal, facts: facts, effectiveOn: assessment.effectiveOn, today: today)
            .unmet(entering: entered)
        // A deal that is won has its closing day, whatever the rules of its stage are.
        if case .stage(_, isLast: true) = assessment.target, deal.closedOn == nil {
            let field = StageRuleField.closedOn
            unmet.removeAll { $0.fault.field == field.rawValue }
            let closing = StageRule(.fieldPresent, field: field)
            let fault = FieldFault(field.rawValue, field.code + "_missing", field.demand)
            unmet.append(UnmetRule(rule: closing, fault: fault))
        }
        assessment.blocking = unmet.filter { $0.rule.severity == .block }
        assessment.warnings = unmet.filter { $0.rule.severity == .warn }.map(\.fault)
    }

    private func judgeStatus(
        _ direction: MoveDirection, isThere: Bool, wantsReason: Bool, _ assessment: inout Assessment
    ) {
        assessment.direction = direction
        if isThere {
            assessment.faults.append(FieldFault("toStage", "already_there", "The deal has this status."))
        } else if deal.status.isEnded {
            assessment.faults.append(
                FieldFault("toStage", "deal_ended", "The deal has ended; it is reopened to a stage."))
        }
        assessment.faults += MoveWords.reasonFaults(assessment.move.reason, isWanted: wantsReason)
    }

    /// Compliance and a second person take part, whichever of them moves the deal.
    private func reopenFaults(isLast: Bool, isForward: Bool) -> [FieldFault] {
        var faults: [FieldFault] = []
        let given = facts.approvals.filter { $0.kind == .reopen }
        if !mover.isCompliance, !mover.isLead {
            faults.append(
                FieldFault(
                    "toStage", "reopen_by_compliance",
                    "Only compliance, or the deal's lead with its approval, may reopen a deal that has ended."))
        } else if given.isEmpty {
            faults.append(FieldFault("approvals", "approval_missing", ApprovalKind.reopen.demand))
        } else if !mover.isCompliance, !given.contains(where: \.isByCompliance) {
            faults.append(
                FieldFault(
                    "approvals", "approval_by_compliance", "Have compliance approve that the deal is opened again."))
        }
        if isLast {
            faults.append(FieldFault("toStage", "reopen_to_end", "Reopen the deal to an earlier stage."))
        } else if isForward {
            faults.append(FieldFault("toStage", "reopen_forward", "Reopen the deal no further than it stood."))
        }
        return faults
    }

    private func override(_ wish: MoveOverride?, _ assessment: inout Assessment) {
        guard let wish else { return }
        var faults: [FieldFault] = []
        if !mover.mayOverride {
            faults.append(
                FieldFault(
                    "override", "override_not_allowed", "Only the deal's lead and compliance pass over rules."))
        } else if assessment.overridable.isEmpty {
            faults.append(
                FieldFault("override", "nothing_to_override", "No unmet rule of this move may be passed over."))
        }
        let reason = TextRule("override.reason", 10...500, allowsLines: true).check(wish.reason, &faults)
        guard faults.isEmpty, let reason else {
            assessment.faults += faults
            return
        }
        assessment.overridden = assessment.overridable
        assessment.override = MoveOverride(reason: reason)
    }

    private func dateFaults(_ effectiveOn: BusinessDate) -> [FieldFault] {
        if effectiveOn > today {
            return [FieldFault("effectiveOn", "in_future", "must not be in the future")]
        }
        if effectiveOn < max(lastMoveOn, deal.stageEnteredOn) {
            return [FieldFault("effectiveOn", "before_last_move", "must not be before the deal's last move")]
        }
        return []
    }
}

extension DealStatus {
    var isEnded: Bool { self == .won || self == .lost || self == .withdrawn }
}
