package import Foundation
package import RPC

extension DealMethods {
    package static let team = RPCMethod<Nothing, Team>(
        0x0208, "deals.team", callers: [Peer.gateway], isIdempotent: true)
    package static let addMember = RPCMethod<NewTeamMember, TeamMember>(
        0x0209, "deals.team.add", callers: [Peer.gateway], deduplicates: true)
    package static let removeMember = RPCMethod<Nothing, Nothing>(0x020A, "deals.team.remove", callers: [Peer.gateway])
}

/// What somebody does on the deal; what he may do with it is his `TeamAccess`.
package enum TeamRole: String, Codable, Sendable, CaseIterable {
    case lead, md, director, vp, associate, analyst, legal, compliance, syndicate, observer
}

/// What a member may do with the deal; `manage` includes `edit`, `edit` includes `read`.
package enum TeamAccess: String, Codable, Sendable, CaseIterable { case read, edit, manage }

/// Who is on a deal now, in the order in which they joined.
package struct Team: Codable, Sendable {
    package var items: [TeamMember]

    package init(items: [TeamMember]) { self.items = items }
}

/// Somebody on a deal's team, from when and until when.
package struct TeamMember: Codable, Sendable, Hashable {
    package var userId: UUID
    package var name: String
    package var role: TeamRole
    package var access: TeamAccess
    /// Why this person must know.
    package var reason: String
    package var addedBy: UUID
    package var from: Instant
    /// Nil while he is on the team.
    package var to: Instant?

    package init(
        userId: UUID, name: String, role: TeamRole, access: TeamAccess, reason: String, addedBy: UUID, from: Instant,
        to: Instant?
    ) {
        self.userId = userId
        self.name = name
        self.role = role
        self.access = access
        self.reason = reason
        self.addedBy = addedBy
        self.from = from
        self.to = to
    }
}

/// Who is to join a team. Names the person by one of `userId` and `email`.
package struct NewTeamMember: Codable, Sendable {
    package var userId: UUID?
    package var email: String?
    package var role: TeamRole
    package var access: TeamAccess
    package var reason: String

    package init(userId: UUID? = nil, email: String? = nil, role: TeamRole, access: TeamAccess, reason: String) {
        self.userId = userId
        self.email = email
        self.role = role
        self.access = access
        self.reason = reason
    }
}
