package import Foundation

package enum TeamRole: String, Codable, Sendable, CaseIterable {
    case lead, md, director, vp, associate, analyst, legal, compliance, syndicate, observer
}

/// What a member may do with the deal; `manage` includes `edit`, `edit` includes `read`.
package enum TeamAccess: String, Codable, Sendable, CaseIterable { case read, edit, manage }

package struct Team: Codable, Sendable {
    package var items: [TeamMember]

    package init(items: [TeamMember]) { self.items = items }
}

package struct TeamMember: Codable, Sendable, Hashable {
    package var userId: UUID
    package var name: String
    package var role: TeamRole
    package var access: TeamAccess
    /// Why this person must know.
    package var reason: String
    package var addedBy: UUID
    package var from: Instant
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

/// Names the person by one of `userId` and `email`.
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
