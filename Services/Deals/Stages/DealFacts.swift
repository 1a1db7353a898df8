import Contracts
import Foundation

/// What the rules of stages know of a deal beside its own fields, all of one moment: gathered in the transaction that
/// judges the move.
struct DealFacts: Sendable, Hashable {
    var counterparties = 0
    /// How many came at least so far, by the step.
    var reached: [CounterpartyStepKind: Int] = [:]
    var openTasks = 0
    var openCriticalTasks = 0
    /// One at least is contracted, invoiced or paid.
    var hasContractedFee = false
    /// The types of which the register holds one.
    var documents: Set<DocumentType> = []
    /// Given and good at this moment, not spent by an earlier move.
    var approvals: Set<GivenApproval> = []
    /// Somebody whom it is about was put on the restricted list, and the control room has not decided since.
    var isRestricted = false
}

/// An approval that a second person gave.
struct GivenApproval: Sendable, Hashable {
    let kind: ApprovalKind
    /// Of `stage` only.
    var stage: String?
    /// Whether compliance gave it.
    var isByCompliance = false
}
