import Contracts
import RPC

/// Where a move leads.
enum MoveTarget: Sendable, Hashable {
    /// Entering the last stage of the pipeline wins the deal.
    case stage(Stage, isLast: Bool)
    case hold, resume
    case end(DealStatus)
}

/// The engine's verdict on one move; empty `unmet` means that it may happen.
struct Assessment: Sendable {
    /// Nil when the pipeline knows no such stage.
    let target: MoveTarget?
    /// As it was asked for, its texts trimmed.
    let move: Move
    let effectiveOn: BusinessDate
    var direction = MoveDirection.forward
    /// What is wrong with the move itself; nobody passes over that.
    var faults: [FieldFault] = []
    /// Rules of the stages that stand in the way.
    var blocking: [UnmetRule] = []
    var warnings: [FieldFault] = []
    /// What an override passes over, and why: set by the engine once it has found that it may.
    var override: MoveOverride?
    var overridden: [FieldFault] = []
    /// True when a stage is entered that commits the firm, and when stages are skipped.
    var wantsManager = false

    init(target: MoveTarget?, move: Move, effectiveOn: BusinessDate) {
        self.target = target
        self.move = move
        self.effectiveOn = effectiveOn
    }

    var unmet: [FieldFault] {
        faults + blocking.filter { override == nil || !$0.rule.overridable }.map(\.fault)
    }

    /// Those of the rules in the way that an override would pass over.
    var overridable: [FieldFault] { blocking.filter(\.rule.overridable).map(\.fault) }

    var name: String {
        switch target {
        case .stage(let stage, _): stage.name
        case .hold: "On hold"
        case .resume: "Active"
        case .end(.lost): "Lost"
        case .end: "Withdrawn"
        case nil: "an unknown stage"
        }
    }

    /// The access that the caller needs. Reopening and passing over rules are compliance's rights, whose access is to
    /// read.
    func access(isCompliance: Bool) -> Access {
        if isCompliance, direction == .reopen || override != nil { return .read }
        return wantsManager ? .manage : .edit
    }

    /// The deal after the move.
    func applied(to deal: Deal) -> Deal {
        var next = deal
        switch target {
        case .stage(let stage, let isLast): enter(stage, isLast: isLast, &next)
        case .hold:
            next.status = .onHold
            next.reviewOn = move.reviewOn ?? deal.reviewOn
        case .resume: next.status = .active
        case .end(let status):
            next.status = status
            next.outcomeReason = move.reason
            next.lostTo = move.lostTo ?? deal.lostTo
            next.probability = 0
            next.probabilitySource = .stage
        case nil: break
        }
        // Said of a deal on hold, and of one that was lost: not of what it is next.
        if deal.status == .onHold, next.status != .onHold { next.reviewOn = nil }
        if deal.status.isEnded, !next.status.isEnded { next.lostTo = nil }
        return next
    }

    private func enter(_ stage: Stage, isLast: Bool, _ deal: inout Deal) {
        deal.stage = stage.key
        deal.stageEnteredOn = effectiveOn
        deal.status = isLast ? .won : .active
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
