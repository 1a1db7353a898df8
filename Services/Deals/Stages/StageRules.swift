import Contracts
import RPC

/// What must be true of a deal before it may enter stages of some category. Every rule speaks for itself, so that a
/// person reads all that is missing at once.
struct StageRules {
    let deal: Deal
    let effectiveOn: BusinessDate
    let today: BusinessDate

    /// Everything that stands against entering these stages; a skip passes all stages between too.
    func unmet(entering stages: some Sequence<Stage>, last: Stage) -> [FieldFault] {
        var faults: [FieldFault] = []
        let highest = stages.lazy.map(\.category).max() ?? .origination
        if highest >= .mandate {
            faults += conflictCleared() + engagementLetterSigned()
        } else if highest == .pitch {
            faults += conflictCheckStarted()
        }
        if stages.contains(last) { faults += closedOnKnown() }
        return faults
    }

    private func conflictCheckStarted() -> [FieldFault] {
        switch deal.conflictStatus {
        case .notStarted:
            [FieldFault("conflictStatus", "conflict_check_not_started", "Ask for the conflict check first.")]
        case .declined:
            [FieldFault("conflictStatus", "conflict_declined", "The conflict check was declined.")]
        case .pending, .cleared, .clearedWithConditions, .expired: []
        }
    }

    /// A clearance is good through the day on which it ends; back-dating a move does not revive it.
    private func conflictCleared() -> [FieldFault] {
        let expired = FieldFault("conflictStatus", "conflict_expired", "The conflict clearance has expired.")
        switch deal.conflictStatus {
        case .cleared, .clearedWithConditions:
            guard let end = deal.conflictExpiresOn, end < today else { return [] }
            return [expired]
        case .expired:
            return [expired]
        case .notStarted, .pending, .declined:
            return [
                FieldFault("conflictStatus", "conflict_not_cleared", "Compliance has not cleared the conflict check.")
            ]
        }
    }

    private func engagementLetterSigned() -> [FieldFault] {
        guard let signed = deal.engagementLetterSignedOn else {
            return [
                FieldFault(
                    "engagementLetterSignedOn", "engagement_letter_missing",
                    "Say when the engagement letter was signed.")
            ]
        }
        guard signed > effectiveOn else { return [] }
        return [
            FieldFault(
                "engagementLetterSignedOn", "engagement_letter_too_late",
                "The engagement letter was not signed yet on that day.")
        ]
    }

    private func closedOnKnown() -> [FieldFault] {
        guard let closed = deal.closedOn else {
            return [FieldFault("closedOn", "closed_on_missing", "Say when the deal closed.")]
        }
        return closed > today ? [FieldFault("closedOn", "closed_on_in_future", "The deal has not closed yet.")] : []
    }
}
