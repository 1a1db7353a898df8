import Contracts
import RPC

/// Where a move leads.
enum MoveTarget: Sendable, Hashable {
    case stage(Stage)
    case hold, resume
    case end(DealStatus)
}

/// The engine's verdict on one move; empty `unmet` means that it may happen.
struct Assessment: Sendable {
    /// Nil when the pipeline knows no such stage.
    let target: MoveTarget?
    var direction: MoveDirection
    let reason: String?
    let effectiveOn: BusinessDate
    var unmet: [FieldFault]
    /// True when a stage is entered that commits the firm, and when stages are skipped.
    var wantsManager = false

    init(target: MoveTarget?, direction: MoveDirection, reason: String?, effectiveOn: BusinessDate, unmet: [FieldFault])
    {
        self.target = target
        self.direction = direction
        self.reason = reason
        self.effectiveOn = effectiveOn
        self.unmet = unmet
    }

    var name: String {
        switch target {
        case .stage(let stage): stage.name
        case .hold: "On hold"
        case .resume: "Active"
        case .end(.lost): "Lost"
        case .end: "Withdrawn"
        case nil: "an unknown stage"
        }
    }

    /// The access that the caller needs; reopening is compliance's right, whose access is to read.
    func access(isCompliance: Bool) -> Access {
        if direction == .reopen, isCompliance { return .read }
        return wantsManager ? .manage : .edit
    }

    /// The deal after the move.
    func applied(to deal: Deal) -> Deal {
        var next = deal
        switch target {
        case .stage(let stage): enter(stage, &next)
        case .hold: next.status = .onHold
        case .resume: next.status = .active
        case .end(let status):
            next.status = status
            next.outcomeReason = reason
            next.probability = 0
            next.probabilitySource = .stage
        case nil: break
        }
        // Said of a deal on hold, and of one that was lost: not of what it is next.
        if deal.status == .onHold, next.status != .onHold { next.reviewOn = nil }
        if deal.status.isEnded, !next.status.isEnded { next.lostTo = nil }
        return next
    }

    private func enter(_ stage: Stage, _ deal: inout Deal) {
        deal.stage = stage.key
        deal.stageEnteredOn = effectiveOn
        deal.status = stage == Pipeline.of(deal.type).last ? .won : .active
        if direction == .reopen {
            deal.outcomeReason = nil
            deal.closedOn = nil
        }
        // A banker's own estimate survives moves, but not the end of the deal: then the chance is known.
        if deal.status == .won || deal.probabilitySource == .stage {
            deal.probability = stage.probability
            deal.probabilitySource = .stage
        }
    }
}
