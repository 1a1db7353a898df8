import Contracts
import RPC

/// What a mover says of his move, beside where it leads: his reason, when to look at a paused deal again, what decided a
/// lost one.
struct MoveWords: Sendable {
    let move: Move
    let target: MoveTarget?
    let today: BusinessDate

    private static let reasonRule = TextRule("reason", 1...500, allowsLines: true)

    static func reasonFaults(_ reason: String?, isWanted: Bool) -> [FieldFault] {
        guard let reason, !reason.isEmpty else {
            return isWanted ? [FieldFault("reason", "reason_required", "Say why.")] : []
        }
        var faults: [FieldFault] = []
        _ = reasonRule.check(reason, &faults)
        return faults
    }

    private var isEnd: Bool { if case .end = target { true } else { false } }

    var faults: [FieldFault] {
        var faults: [FieldFault] = []
        if let day = move.reviewOn {
            if target != .hold {
                faults.append(FieldFault("reviewOn", "not_allowed", "Only a pause has a day of review."))
            } else if day < today {
                faults.append(FieldFault("reviewOn", "in_past", "must not be in the past"))
            }
        }
        if let code = move.reasonCode {
            if !isEnd {
                faults.append(FieldFault("reasonCode", "not_allowed", "Only an end has such a reason."))
            } else if code == .competitor, target != .end(.lost) {
                faults.append(FieldFault("reasonCode", "invalid", "Only a lost deal went to a competitor."))
            }
        }
        return faults + winnerFaults
    }

    private var winnerFaults: [FieldFault] {
        let isToCompetitor = target == .end(.lost) && move.reasonCode == .competitor
        guard let name = move.lostTo, !name.isEmpty else {
            return isToCompetitor ? [FieldFault("lostTo", "lost_to_missing", "Say which competitor won it.")] : []
        }
        guard isToCompetitor else {
            return [FieldFault("lostTo", "not_allowed", "Only what was lost to a competitor was lost to somebody.")]
        }
        var faults: [FieldFault] = []
        _ = TextRule("lostTo", 1...200).check(name, &faults)
        return faults
    }

    /// What a firm wants to know and does not insist on. Open tasks stay open: some outlive the mandate, and none was
    /// done because the deal ended.
    func warnings(_ facts: DealFacts) -> [FieldFault] {
        switch target {
        case .hold:
            return move.reviewOn == nil
                ? [FieldFault("reviewOn", "review_on_missing", "Say when to look at the deal again.")] : []
        case .end(let status):
            var warnings: [FieldFault] = []
            if status == .lost, move.reasonCode == nil {
                warnings.append(FieldFault("reasonCode", "reason_code_missing", "Say what decided it."))
            }
            if facts.openTasks > 0 {
                let words = facts.openTasks == 1 ? "1 task is" : "\(facts.openTasks) tasks are"
                warnings.append(
                    FieldFault("tasks", "tasks_open", "\(words) still open; finish them or give them to others."))
            }
            return warnings
        case .stage, .resume, nil: return []
        }
    }
}

extension Move {
    /// A reason of spaces is none.
    var trimmed: Move {
        var move = self
        move.reason = reason?.trimmed
        move.lostTo = lostTo?.trimmed
        if move.lostTo?.isEmpty == true { move.lostTo = nil }
        return move
    }
}
