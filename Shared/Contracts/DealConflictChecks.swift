package import Foundation
package import RPC

extension DealMethods {
    package static let checkConflicts = RPCMethod<NewConflictCheck, ConflictCheckAnswer>(
        0x02F4, "deals.conflicts.check", callers: [Peer.gateway], deduplicates: true)
    package static let controlRoomQueue = RPCMethod<ControlRoomQuery, ControlRoomPage>(
        0x02F5, "deals.controlRoom.queue", callers: [Peer.gateway], isIdempotent: true)
    package static let conflictCheck = RPCMethod<Nothing, ConflictCheck>(
        0x02F6, "deals.controlRoom.get", callers: [Peer.gateway], isIdempotent: true)
    package static let claimCheck = RPCMethod<CheckClaim, ConflictCheck>(
        0x02F7, "deals.controlRoom.claim", callers: [Peer.gateway])
    package static let decideCheck = RPCMethod<CheckDecision, ConflictCheck>(
        0x02F8, "deals.controlRoom.decide", callers: [Peer.gateway], deduplicates: true)
    package static let requestConflict = RPCMethod<ConflictRequest, ConflictRequested>(
        0x02F9, "deals.conflict.request", callers: [Peer.gateway], deduplicates: true)
}

/// What an organization is to the deal that it is checked for.
package enum CheckedRole: String, Codable, Sendable, CaseIterable { case client, target, counterparty, other }

/// Asks whether the firm may deal with organizations.
package struct NewConflictCheck: Codable, Sendable, Hashable {
    /// 1 ... 50.
    package var organizations: [CheckedOrganization]
    /// Id or number of the deal that they are meant for: it is no conflict with itself.
    package var deal: String?

    package init(organizations: [CheckedOrganization], deal: String? = nil) {
        self.organizations = organizations
        self.deal = deal
    }
}

/// Exactly one of an organization that one knows of, and a name.
package struct CheckedOrganization: Codable, Sendable, Hashable {
    package var organizationId: UUID?
    package var name: String?
    package var role: CheckedRole?

    package init(organizationId: UUID? = nil, name: String? = nil, role: CheckedRole? = nil) {
        self.organizationId = organizationId
        self.name = name
        self.role = role
    }
}

/// All that anybody but compliance hears of a check.
package enum ConflictAnswer: String, Codable, Sendable, CaseIterable {
    case clear
    case refer = "refer_to_control_room"
}

package struct ConflictCheckAnswer: Codable, Sendable, Hashable {
    package var id: UUID
    /// In the order in which they were asked about.
    package var items: [OrganizationAnswer]

    package init(id: UUID, items: [OrganizationAnswer]) {
        self.id = id
        self.items = items
    }
}

/// The organization as it was asked about, and the answer.
package struct OrganizationAnswer: Codable, Sendable, Hashable {
    package var organizationId: UUID?
    package var name: String?
    package var answer: ConflictAnswer

    package init(organizationId: UUID?, name: String?, answer: ConflictAnswer) {
        self.organizationId = organizationId
        self.name = name
        self.answer = answer
    }
}

/// Asks for the clearance of a deal, with what the control room should know.
package struct ConflictRequest: Codable, Sendable, Hashable {
    package var note: String?

    package init(note: String? = nil) { self.note = note }
}

/// Where the deal's conflict check stands now that it was asked for.
package struct ConflictRequested: Codable, Sendable, Hashable {
    package var conflictStatus: ConflictStatus

    package init(conflictStatus: ConflictStatus) { self.conflictStatus = conflictStatus }
}

/// How a check came about.
package enum CheckOrigin: String, Codable, Sendable, CaseIterable {
    /// Somebody asked about names.
    case asked
    /// Of a deal: its clearance was asked for, or a name that was written on it hit.
    case deal
}

package enum CheckStatus: String, Codable, Sendable, CaseIterable { case open, decided }

/// A conflict check as the control room sees it.
package struct ConflictCheck: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var origin: CheckOrigin
    package var status: CheckStatus
    /// It belongs to a secret deal that you may not read: all else of it is withheld.
    package var withheld: Bool
    package var dealId: UUID?
    package var dealNumber: String?
    package var dealCodeName: String?
    /// Whether the deal's clearance was asked for. When not, nobody on the deal knows of the check.
    package var requested: Bool
    package var requestedBy: UUID?
    package var requestedAt: Instant
    /// What the asker wrote for the control room.
    package var requestNote: String?
    package var dueOn: BusinessDate
    package var overdue: Bool
    /// In the queue at most the first 20.
    package var parties: [CheckedParty]
    /// In the queue at most the first 20.
    package var hits: [ConflictHit]
    package var hitCount: Int
    /// Hits for which the check had no place.
    package var hitsLeftOut: Int
    package var claimedBy: UUID?
    package var claimedAt: Instant?
    package var decision: ConflictStatus?
    package var conditions: String?
    package var expiresOn: BusinessDate?
    package var note: String?
    package var decidedBy: UUID?
    package var decidedAt: Instant?
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, origin: CheckOrigin, requested: Bool, requestedBy: UUID?, requestedAt: Instant, dueOn: BusinessDate,
        version: Int64
    ) {
        (self.id, self.origin, status, withheld) = (id, origin, .open, false)
        (self.requested, self.requestedBy, self.requestedAt) = (requested, requestedBy, requestedAt)
        (self.dueOn, overdue) = (dueOn, false)
        (parties, hits, hitCount, hitsLeftOut) = ([], [], 0, 0)
        self.version = version
    }
}

/// Who was looked at.
package struct CheckedParty: Codable, Sendable, Hashable {
    /// Within the check, from 1.
    package var position: Int
    package var organizationId: UUID?
    package var name: String
    package var role: CheckedRole?
    /// What the asker was told; nil of what was looked at unasked.
    package var answer: ConflictAnswer?

    package init(position: Int, organizationId: UUID?, name: String, role: CheckedRole?, answer: ConflictAnswer?) {
        self.position = position
        self.organizationId = organizationId
        self.name = name
        self.role = role
        self.answer = answer
    }
}

/// What a party hit: an entry of a list, or another deal of the firm.
package struct ConflictHit: Codable, Sendable, Hashable {
    /// The party's position.
    package var party: Int
    package var list: ControlList?
    package var entryId: UUID?
    /// A deal that you may not read: which one is withheld.
    package var secretDeal: Bool
    package var dealId: UUID?
    package var dealNumber: String?
    package var dealCodeName: String?
    /// What the organization is on that deal.
    package var dealRole: CheckedRole?

    package init(party: Int, secretDeal: Bool = false) {
        self.party = party
        self.secretDeal = secretDeal
    }
}

/// Asks for a page of what waits for the control room, the next due first, or of what it decided, the latest first.
package struct ControlRoomQuery: Codable, Sendable {
    /// `open` when left out.
    package var status: CheckStatus?
    /// Due before this day.
    package var dueBefore: BusinessDate?
    /// Those that you have taken.
    package var mine: Bool?
    /// 1 ... 100, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(
        status: CheckStatus? = nil, dueBefore: BusinessDate? = nil, mine: Bool? = nil, limit: Int? = nil,
        cursor: String? = nil
    ) {
        self.status = status
        self.dueBefore = dueBefore
        self.mine = mine
        self.limit = limit
        self.cursor = cursor
    }
}

package struct ControlRoomPage: Codable, Sendable {
    package var items: [ConflictCheck]
    /// Requests of wall-crossings that wait for a decision, on deals that you may read; a thousand when there are more.
    package var openCrossings: Int
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [ConflictCheck], openCrossings: Int, nextCursor: String?) {
        self.items = items
        self.openCrossings = openCrossings
        self.nextCursor = nextCursor
    }
}

/// Takes a check for oneself, from somebody else too, or lets it go.
package struct CheckClaim: Codable, Sendable, Hashable {
    package var claimed: Bool

    package init(claimed: Bool) { self.claimed = claimed }
}

/// The control room's answer: `cleared`, `cleared_with_conditions` or `declined`.
package struct CheckDecision: Codable, Sendable, Hashable {
    package var decision: ConflictStatus
    package var conditions: String?
    package var expiresOn: BusinessDate?
    package var note: String?

    package init(
        decision: ConflictStatus, conditions: String? = nil, expiresOn: BusinessDate? = nil, note: String? = nil
    ) {
        self.decision = decision
        self.conditions = conditions
        self.expiresOn = expiresOn
        self.note = note
    }
}
