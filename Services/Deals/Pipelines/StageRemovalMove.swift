import Contracts
import Foundation

/// What becomes of a live deal whose stage is removed. No rule is asked: the deal has not moved, its stage has gone.
struct StageRemovalMove: Sendable {
    let gone: RemovedStage
    let target: Stage
    let direction: MoveDirection

    var reason: String { "Stage “\(gone.name)” was removed." }

    /// A banker's own estimate of the chance survives.
    func applied(to deal: Deal, on day: BusinessDate) -> Deal {
        var next = deal
        next.stage = target.key
        next.stageEnteredOn = max(day, deal.stageEnteredOn)
        if deal.probabilitySource == .stage { next.probability = target.probability }
        return next
    }

    func transition(of before: Deal, to after: Deal, by caller: Caller) -> StageTransition {
        StageTransition(
            id: UUIDv7.make(at: caller.now), fromStage: before.stage, toStage: after.stage, fromStatus: before.status,
            toStatus: after.status, direction: direction, reason: reason, effectiveOn: after.stageEnteredOn,
            daysInFrom: after.stageEnteredOn.daysSince1970 - before.stageEnteredOn.daysSince1970, by: caller.id,
            at: caller.now)
    }
}
