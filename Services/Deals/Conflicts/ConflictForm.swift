import Contracts
import RPC

/// A checked decision of a conflict check.
struct ConflictForm: Sendable {
    let decision: ConflictStatus
    let note: String?
    let expiresOn: BusinessDate?

    init(_ input: ConflictDecision, today: BusinessDate) throws(RPCFault) {
        var faults = Self.faults(of: input.decision, expiresOn: input.expiresOn, today: today)
        note = input.note.flatMap { TextRule("note", 1...2000, allowsLines: true).check($0, &faults) }
        if input.decision == .clearedWithConditions, input.note == nil {
            faults.append(FieldFault("note", "required", "Say what the conditions are."))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        decision = input.decision
        expiresOn = input.expiresOn
    }

    /// Of what was checked.
    init(decision: ConflictStatus, note: String?, expiresOn: BusinessDate?) {
        (self.decision, self.note, self.expiresOn) = (decision, note, expiresOn)
    }

    static func faults(
        of decision: ConflictStatus, expiresOn: BusinessDate?, today: BusinessDate
    ) -> [FieldFault] {
        switch decision {
        case .cleared, .clearedWithConditions:
            guard let end = expiresOn, end < today else { return [] }
            return [FieldFault("expiresOn", "in_past", "must not be in the past")]
        case .declined:
            return expiresOn == nil
                ? [] : [FieldFault("expiresOn", "not_allowed", "A refusal does not expire.")]
        case .notStarted, .pending, .expired:
            return [FieldFault("decision", "invalid", "must be one of cleared, cleared_with_conditions, declined")]
        }
    }

    func applied(to deal: Deal) -> Deal {
        var next = deal
        next.conflictStatus = decision
        next.conflictExpiresOn = expiresOn
        return next
    }
}
