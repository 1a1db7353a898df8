import Contracts
import RPC

/// A checked decision of a conflict check.
struct ConflictForm: Sendable {
    let decision: ConflictStatus
    let note: String?
    let expiresOn: BusinessDate?

    init(_ input: ConflictDecision, today: BusinessDate) throws(RPCFault) {
        var faults: [FieldFault] = []
        switch input.decision {
        case .cleared, .clearedWithConditions:
            if let end = input.expiresOn, end < today {
                faults.append(FieldFault("expiresOn", "in_past", "must not be in the past"))
            }
        case .declined:
            if input.expiresOn != nil {
                faults.append(FieldFault("expiresOn", "not_allowed", "A refusal does not expire."))
            }
        case .notStarted, .pending, .expired:
            faults.append(
                FieldFault("decision", "invalid", "must be one of cleared, cleared_with_conditions, declined"))
        }
        note = input.note.flatMap { TextRule("note", 1...2000, allowsLines: true).check($0, &faults) }
        if input.decision == .clearedWithConditions, input.note == nil {
            faults.append(FieldFault("note", "required", "Say what the conditions are."))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        decision = input.decision
        expiresOn = input.expiresOn
    }

    func applied(to deal: Deal) -> Deal {
        var next = deal
        next.conflictStatus = decision
        next.conflictExpiresOn = expiresOn
        return next
    }
}
