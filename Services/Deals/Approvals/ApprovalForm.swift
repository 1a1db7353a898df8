import Contracts
import Foundation
import RPC

/// Checks what is asked of a second person, as far as that needs no look at the deal.
struct ApprovalForm: Sendable {
    static let secondsMax: Int64 = 90 * 86_400
    private static let secondsUsual: Int64 = 30 * 86_400

    let kind: ApprovalKind
    private let stage: String?
    private let reason: String
    private let until: Instant

    init(_ input: NewApproval, now: Instant) throws(RPCFault) {
        var faults: [FieldFault] = []
        if input.kind == .stage, input.stage == nil {
            faults.append(FieldFault("stage", "required", "Say which stage the deal is to enter."))
        } else if input.kind != .stage, input.stage != nil {
            faults.append(FieldFault("stage", "not_allowed", "Only the approval of a stage names one."))
        }
        reason = TextRule("reason", 1...500, allowsLines: true).check(input.reason, &faults) ?? ""
        until = input.until ?? now.advanced(bySeconds: Self.secondsUsual)
        if until <= now {
            faults.append(FieldFault("until", "in_past", "must be in the future"))
        } else if until > now.advanced(bySeconds: Self.secondsMax) {
            faults.append(FieldFault("until", "too_late", "must be at most 90 days ahead"))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        (kind, stage) = (input.kind, input.stage)
    }

    /// - Throws: when the deal has no such stage, or stands so that there is nothing to approve.
    func approval(of deal: Deal, in pipeline: Pipeline, by caller: Caller) throws(RPCFault) -> Approval {
        if let stage, pipeline.stage(stage) == nil {
            throw .invalid([FieldFault("stage", "unknown_stage", "is not a stage of this deal's pipeline")])
        }
        guard deal.status.isEnded == (kind == .reopen) else {
            throw deal.status.isEnded
                ? RPCFault(.failedPrecondition, "deal_ended", "The deal has ended; only to reopen it is asked for.")
                : RPCFault(.failedPrecondition, "deal_not_ended", "The deal has not ended.")
        }
        return Approval(
            id: UUIDv7.make(at: caller.now), kind: kind, stage: stage, reason: reason, until: until,
            status: .requested, requestedBy: caller.id, requestedAt: caller.now,
            approvalsNeeded: kind.approvalsNeeded, version: 1)
    }
}

/// A checked answer to a request.
struct ApprovalDecisionForm: Sendable {
    let decision: ApprovalChoice
    let note: String?

    init(_ input: ApprovalDecision) throws(RPCFault) {
        var faults: [FieldFault] = []
        note = input.note.flatMap { TextRule("note", 1...2000, allowsLines: true).check($0, &faults) }
        if input.decision == .reject, input.note == nil {
            faults.append(FieldFault("note", "required", "Say why you reject it."))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        decision = input.decision
    }
}

/// A checked question for a page of requests that wait.
struct OpenApprovalRequest: Sendable {
    let limit: Int
    let isMine: Bool
    /// Where the page begins.
    let after: PageCursor

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: OpenApprovalQuery) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        isMine = query.mine == true
        after =
            try query.cursor.map { text throws(RPCFault) in try PageCursor(text) } ?? PageCursor(key: "0", id: UUID())
        _ = try after.milliseconds()
    }
}

extension ApprovalQuery {
    /// The limit, and the id after which the page begins.
    func checked() throws(RPCFault) -> (limit: Int, after: UUID?) {
        try CrossingQuery(limit: limit, cursor: cursor).checked()
    }
}
