import Contracts
import Foundation
import RPC

/// Who decides an approval, as far as the rules ask.
struct Approver: Sendable, Hashable {
    let id: UUID
    let isCompliance: Bool
    /// He leads the deal, or is one of those who do.
    let isLead: Bool
    let access: Access
}

extension Approval {
    /// What a stored approval is at a moment; time needs nobody to pass over it.
    /// - Parameter isUsed: whether a later move has used it up.
    static func status(_ decision: ApprovalChoice?, until: Instant, isUsed: Bool, at now: Instant) -> ApprovalStatus {
        switch decision {
        case .reject: .rejected
        case .approve where isUsed: .used
        case nil where isUsed || now >= until: .expired
        case .approve: now >= until ? .expired : .approved
        case nil: .requested
        }
    }

    /// Two people: nobody approves, or rejects, what he himself asked for. A committee needs several who approve, and
    /// one who rejects settles it.
    mutating func decide(_ form: ApprovalDecisionForm, by approver: Approver, at now: Instant) throws(RPCFault) {
        guard approver.id != requestedBy else { throw .ownRequest }
        try requireSay(of: approver)
        guard status == .requested else { throw status == .expired ? .approvalOver : .approvalDecided }
        guard !votes.contains(where: { $0.userId == approver.id }) else { throw .approvalVoted }
        // A clock that was set back does not make the answer older than the question.
        let answered = max(now, requestedAt)
        votes.append(ApprovalVote(userId: approver.id, vote: form.decision, note: form.note, at: answered))
        version += 1
        let approving = votes.count { $0.vote == .approve }
        guard form.decision == .reject || approving >= approvalsNeeded else { return }
        (decidedBy, note, decidedAt) = (approver.id, form.note, answered)
        status = form.decision == .approve ? .approved : .rejected
    }

    /// A deal is opened again by compliance or one of its leads; all else is approved by those who manage it, too.
    /// On a committee sits nobody who leads the deal.
    private func requireSay(of approver: Approver) throws(RPCFault) {
        if approver.isCompliance { return }
        try approver.access.require(.manage)
        guard kind != .fairnessCommittee || !approver.isLead else {
            throw RPCFault(
                .permissionDenied, "committee_without_lead",
                "Others than the leads of the deal answer for the committee.")
        }
        guard kind != .reopen || approver.isLead else {
            throw RPCFault(
                .permissionDenied, "reopen_by_lead", "Compliance or a lead of the deal decides whether it is reopened.")
        }
    }

    /// - Throws: `version_mismatch` with the approval as it stands when the caller read an older one.
    func requireVersion(_ expected: Int64?) throws {
        guard let expected, expected != version else { return }
        throw RPCFault(
            .aborted, "version_mismatch", "The approval has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(self), as: UTF8.self))
    }
}

extension ApprovalKind {
    /// Different people.
    var approvalsNeeded: Int { self == .fairnessCommittee ? 2 : 1 }
}

extension RPCFault {
    fileprivate static let ownRequest = RPCFault(
        .permissionDenied, "four_eyes", "Nobody decides what he himself asked for.")
    fileprivate static let approvalDecided = RPCFault(
        .failedPrecondition, "already_decided", "This approval waits for no decision.")
    fileprivate static let approvalVoted = RPCFault(
        .failedPrecondition, "already_voted", "You have answered this request.")
    fileprivate static let approvalOver = RPCFault(
        .failedPrecondition, "approval_over", "The time of this request is over; ask again.")
}
