import Contracts
import RPC

/// Decides whether a deal may move, and what is in the way. A pure value: everything it knows comes in through init.
struct TransitionEngine: Sendable {
    /// The deal as it would stand just before the move, fields that come with the move included.
    let deal: Deal
    /// When the deal last moved: history is written forward only.
    let lastMoveOn: BusinessDate
    let today: BusinessDate
    /// True for compliance: what has ended is opened again by nobody else.
    let mayReopen: Bool

    private static let reasonRule = TextRule("reason", 1...500, allowsLines: true)

    private var pipeline: Pipeline { .of(deal.type) }

    /// Judges one move and names every rule that is not met.
    func assess(_ toStage: String, reason: String? = nil, effectiveOn: BusinessDate? = nil) -> Assessment {
        let effectiveOn = effectiveOn ?? today
        var assessment = Assessment(
            target: target(toStage), direction: .forward, reason: reason?.trimmed, effectiveOn: effectiveOn, unmet: [])
        switch assessment.target {
        case .stage(let stage): judge(entering: stage, &assessment)
        case .hold: judgeStatus(.hold, isThere: deal.status == .onHold, wantsReason: true, &assessment)
        case .resume: judgeStatus(.resume, isThere: deal.status == .active, wantsReason: false, &assessment)
        case .end(let status): judgeStatus(.end, isThere: deal.status == status, wantsReason: true, &assessment)
        case nil:
            assessment.unmet.append(
                FieldFault(
                    "toStage", "unknown_stage",
                    "is not a stage of this deal's pipeline, on_hold, active, lost or withdrawn"))
        }
        assessment.unmet += dateFaults(effectiveOn)
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
        case .won, nil: pipeline.stage(toStage).map(MoveTarget.stage)
        }
    }

    private func judge(entering stage: Stage, _ assessment: inout Assessment) {
        let stages = pipeline.stages
        guard let to = pipeline.position(of: stage.key), let from = pipeline.position(of: deal.stage) else { return }
        var entered = stages[to...to]
        if deal.status.isEnded {
            assessment.direction = .reopen
            assessment.unmet += reopenFaults(stage)
            if to > from, stage != pipeline.last {
                assessment.unmet.append(
                    FieldFault("toStage", "reopen_forward", "Reopen the deal no further than it stood."))
            }
        } else if to == from {
            assessment.unmet.append(FieldFault("toStage", "already_there", "The deal is in this stage."))
            return
        } else if to < from {
            assessment.direction = .back
        } else {
            assessment.direction = to == from + 1 ? .forward : .skip
            entered = stages[(from + 1)...to]
        }
        if deal.status == .onHold {
            assessment.unmet.append(FieldFault("toStage", "on_hold", "Resume the deal before you move it."))
        }
        assessment.unmet += reasonFaults(assessment.reason, isWanted: assessment.direction != .forward)
        assessment.wantsManager = assessment.direction == .skip || entered.contains { $0.category.wantsManager }
        assessment.unmet += StageRules(
            deal: deal, facts: DealFacts(), effectiveOn: assessment.effectiveOn, today: today
        ).unmet(entering: entered).filter { $0.rule.severity == .block }.map(\.fault)
    }

    private func judgeStatus(
        _ direction: MoveDirection, isThere: Bool, wantsReason: Bool, _ assessment: inout Assessment
    ) {
        assessment.direction = direction
        if isThere {
            assessment.unmet.append(FieldFault("toStage", "already_there", "The deal has this status."))
        } else if deal.status.isEnded {
            assessment.unmet.append(
                FieldFault("toStage", "deal_ended", "The deal has ended; it is reopened to a stage."))
        }
        assessment.unmet += reasonFaults(assessment.reason, isWanted: wantsReason)
    }

    private func reopenFaults(_ stage: Stage) -> [FieldFault] {
        var faults: [FieldFault] = []
        if !mayReopen {
            faults.append(
                FieldFault("toStage", "reopen_by_compliance", "Only compliance may reopen a deal that has ended."))
        }
        if stage == pipeline.last {
            faults.append(FieldFault("toStage", "reopen_to_end", "Reopen the deal to an earlier stage."))
        }
        return faults
    }

    private func reasonFaults(_ reason: String?, isWanted: Bool) -> [FieldFault] {
        guard let reason, !reason.isEmpty else {
            return isWanted ? [FieldFault("reason", "reason_required", "Say why.")] : []
        }
        var faults: [FieldFault] = []
        _ = Self.reasonRule.check(reason, &faults)
        return faults
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
