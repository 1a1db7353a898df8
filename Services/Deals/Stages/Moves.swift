import Contracts
import Foundation
import RPC

extension Assessment {
    /// What the mover reads: every rule at once, so that one dialog can ask for all that is missing.
    var refusal: RPCFault {
        let unmet = unmet
        let rules = unmet.count == 1 ? "1 rule is unmet" : "\(unmet.count) rules are unmet"
        return RPCFault(
            .failedPrecondition, "rules_unmet", "The deal cannot move to \(name): \(rules).", errors: unmet)
    }
}

extension TransitionTarget {
    /// - Parameter seen: what the caller may do with the deal: too little of it counts as one more unmet rule.
    init(_ toStage: String, _ assessment: Assessment, for seen: SeenDeal, by caller: Caller) {
        var unmet = assessment.unmet
        if seen.access < assessment.access(isCompliance: seen.isControlRoom(caller)) {
            unmet.append(FieldFault("toStage", "access_too_low", "Your access to this deal does not allow this."))
        }
        self.init(
            toStage: toStage, name: assessment.name, direction: assessment.direction, allowed: unmet.isEmpty,
            unmet: unmet, warnings: assessment.warnings,
            overridable: seen.mover(caller).mayOverride ? assessment.overridable : [])
    }
}

extension SeenDeal {
    func mover(_ caller: Caller) -> Mover {
        Mover(isCompliance: isControlRoom(caller), isLead: caller.id == deal.leadId)
    }
}

extension StageTransition {
    static func creation(of deal: Deal, by caller: Caller) -> StageTransition {
        StageTransition(
            id: UUIDv7.make(at: caller.now), fromStage: nil, toStage: deal.stage, fromStatus: nil,
            toStatus: deal.status,
            direction: .forward, reason: nil, effectiveOn: deal.originatedOn, daysInFrom: 0, by: caller.id,
            at: caller.now)
    }

    static func move(from before: Deal, to after: Deal, _ assessment: Assessment, by caller: Caller) -> StageTransition
    {
        let move = assessment.move
        return StageTransition(
            id: UUIDv7.make(at: caller.now), fromStage: before.stage, toStage: after.stage, fromStatus: before.status,
            toStatus: after.status, direction: assessment.direction,
            reason: move.reason?.isEmpty == true ? nil : move.reason, reasonCode: move.reasonCode,
            lostTo: move.lostTo?.isEmpty == true ? nil : move.lostTo, reviewOn: move.reviewOn,
            effectiveOn: assessment.effectiveOn,
            daysInFrom: assessment.effectiveOn.daysSince1970 - before.stageEnteredOn.daysSince1970, by: caller.id,
            at: caller.now, override: assessment.override,
            overriddenBy: assessment.override == nil ? nil : caller.id, unmet: assessment.overridden,
            warnings: assessment.warnings)
    }
}
