package import Foundation
package import RPC

extension DealMethods {
    package static let approvals = RPCMethod<ApprovalQuery, ApprovalPage>(
        0x0250, "deals.approvals", callers: [Peer.gateway], isIdempotent: true)
    package static let requestApproval = RPCMethod<NewApproval, Approval>(
        0x0251, "deals.approvals.request", callers: [Peer.gateway], deduplicates: true)
    package static let openApprovals = RPCMethod<OpenApprovalQuery, OpenApprovalPage>(
        0x02FA, "deals.approvals.open", callers: [Peer.gateway], isIdempotent: true)
    package static let decideApproval = RPCMethod<ApprovalDecision, Approval>(
        0x0252, "deals.approvals.decide", callers: [Peer.gateway], deduplicates: true)
}

/// What a second person is asked to approve.
package enum ApprovalKind: String, Codable, Sendable, CaseIterable {
    /// That the firm takes the mandate.
    case engagement
    /// What a committee has looked at, such as a fairness opinion.
    case fairnessCommittee = "fairness_committee"
    /// That the deal enters one stage.
    case stage
    /// That a deal which has ended is opened again.
    case reopen
}

/// Asks a second person to approve.
package struct NewApproval: Codable, Sendable, Hashable {
    package var kind: ApprovalKind
    /// Of `stage`: the one that the deal is to enter.
    package var stage: String?
    package var reason: String
    /// How long it may be decided and is good once it is given: at most 90 days ahead, 30 when left out.
    package var until: Instant?

    package init(kind: ApprovalKind, stage: String? = nil, reason: String, until: Instant? = nil) {
        self.kind = kind
        self.stage = stage
        self.reason = reason
        self.until = until
    }
}

package enum ApprovalChoice: String, Codable, Sendable, CaseIterable { case approve, reject }

/// The second person's answer; a rejection says why.
package struct ApprovalDecision: Codable, Sendable {
    package var decision: ApprovalChoice
    package var note: String?

    package init(decision: ApprovalChoice, note: String? = nil) {
        self.decision = decision
        self.note = note
    }
}

/// Where an approval stands. Only what is `approved` counts for a move.
package enum ApprovalStatus: String, Codable, Sendable, CaseIterable {
    case requested, approved, rejected
    /// The move that it was given for has happened, or the deal was opened again since.
    case used
    /// Its time is over, decided or not.
    case expired
}

/// What one person asked and another decides.
package struct Approval: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var kind: ApprovalKind
    package var stage: String?
    package var reason: String
    package var until: Instant
    package var status: ApprovalStatus
    package var requestedBy: UUID
    package var requestedAt: Instant
    package var decidedBy: UUID?
    package var decidedAt: Instant?
    package var note: String?
    /// So many must approve; one who rejects is enough.
    package var approvalsNeeded: Int
    /// Who answered, as they did.
    package var votes: [ApprovalVote]
    /// Grows with each answer; time and moves do not count.
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, kind: ApprovalKind, stage: String?, reason: String, until: Instant, status: ApprovalStatus,
        requestedBy: UUID, requestedAt: Instant, decidedBy: UUID? = nil, decidedAt: Instant? = nil,
        note: String? = nil, approvalsNeeded: Int = 1, votes: [ApprovalVote] = [], version: Int64
    ) {
        self.id = id
        self.kind = kind
        self.stage = stage
        self.reason = reason
        self.until = until
        self.status = status
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
        self.note = note
        self.approvalsNeeded = approvalsNeeded
        self.votes = votes
        self.version = version
    }
}

/// Asks for a page of a deal's approvals.
package struct ApprovalQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// Approvals, the newest request first, whatever became of them.
package struct ApprovalPage: Codable, Sendable {
    package var items: [Approval]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [Approval], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// One person's answer to a request.
package struct ApprovalVote: Codable, Sendable, Hashable {
    package var userId: UUID
    package var vote: ApprovalChoice
    package var note: String?
    package var at: Instant

    package init(userId: UUID, vote: ApprovalChoice, note: String? = nil, at: Instant) {
        self.userId = userId
        self.vote = vote
        self.note = note
        self.at = at
    }
}

/// Asks for a page of requests that wait for an answer, on all deals that one may see, those first whose time is over
/// first.
package struct OpenApprovalQuery: Codable, Sendable {
    /// Those that one may answer oneself, and has not.
    package var mine: Bool?
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(mine: Bool? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.mine = mine
        self.limit = limit
        self.cursor = cursor
    }
}

package struct OpenApprovalPage: Codable, Sendable {
    package var items: [OpenApproval]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [OpenApproval], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// A request and the deal that it is about.
package struct OpenApproval: Codable, Sendable, Hashable {
    package var dealId: UUID
    package var dealNumber: String
    package var dealCodeName: String
    package var approval: Approval

    package init(dealId: UUID, dealNumber: String, dealCodeName: String, approval: Approval) {
        self.dealId = dealId
        self.dealNumber = dealNumber
        self.dealCodeName = dealCodeName
        self.approval = approval
    }
}
