package import Foundation
package import RPC

// How people come to be users, and how users change. 0x0106 made a user with a password that an administrator chose; nobody
// chooses another's password any more.
extension AuthMethods {
    package static let createInvitation = RPCMethod<NewInvitation, CreatedInvitation>(
        0x0112, "auth.invitations.create", callers: [Peer.gateway])
    package static let listInvitations = RPCMethod<InvitationQuery, InvitationPage>(
        0x0113, "auth.invitations.list", callers: [Peer.gateway], isIdempotent: true)
    package static let revokeInvitation = RPCMethod<Nothing, Nothing>(
        0x0114, "auth.invitations.revoke", callers: [Peer.gateway], isIdempotent: true)
    package static let acceptInvitation = RPCMethod<InvitationAcceptance, User>(
        0x0115, "auth.invitations.accept", callers: [Peer.gateway])
    package static let getUser = RPCMethod<Nothing, User>(
        0x0116, "auth.users.get", callers: [Peer.gateway], isIdempotent: true)
    package static let updateUser = RPCMethod<UserChange, User>(0x0117, "auth.users.update", callers: [Peer.gateway])
    package static let updateMe = RPCMethod<NameChange, User>(0x0118, "auth.me.update", callers: [Peer.gateway])
    package static let lookAtInvitation = RPCMethod<InvitationClaim, InvitationGreeting>(
        0x0119, "auth.invitations.look", callers: [Peer.gateway], isIdempotent: true)
}

package struct NewInvitation: Codable, Sendable {
    /// What the user will sign in by.
    package var email: String
    /// 1 to 120 characters on one line; who accepts may write it in another way.
    package var name: String
    package var role: Role

    package init(email: String, name: String, role: Role) {
        self.email = email
        self.name = name
        self.role = role
    }
}

/// An invitation that may still be accepted, as administrators see it: never its token.
package struct Invitation: Codable, Sendable, Hashable {
    package var id: UUID
    package var email: String
    package var name: String
    package var role: Role
    /// The administrator.
    package var createdBy: UUID
    package var createdAt: Instant
    package var expiresAt: Instant

    package init(
        id: UUID, email: String, name: String, role: Role, createdBy: UUID, createdAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

package struct CreatedInvitation: Codable, Sendable {
    /// The secret, for the link `/invitation#token=…`: shown this once.
    package var token: String
    package var invitation: Invitation

    package init(token: String, invitation: Invitation) {
        self.token = token
        self.invitation = invitation
    }
}

package struct InvitationQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

package struct InvitationPage: Codable, Sendable {
    /// Newest first.
    package var items: [Invitation]
    package var nextCursor: String?

    package init(items: [Invitation], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// Asks what a token is good for.
package struct InvitationClaim: Codable, Sendable {
    package var token: String

    package init(token: String) { self.token = token }
}

/// What the invited person is told before accepting.
package struct InvitationGreeting: Codable, Sendable, Hashable {
    package var email: String
    package var name: String
    package var role: Role
    package var expiresAt: Instant

    package init(email: String, name: String, role: Role, expiresAt: Instant) {
        self.email = email
        self.name = name
        self.role = role
        self.expiresAt = expiresAt
    }
}

package struct InvitationAcceptance: Codable, Sendable {
    package var token: String
    package var password: String
    /// As the invitation has it when left out.
    package var name: String?

    package init(token: String, password: String, name: String? = nil) {
        self.token = token
        self.password = password
        self.name = name
    }
}

/// What an administrator may change of a user; what is left out stays as it is.
package struct UserChange: Codable, Sendable {
    package var name: String?
    /// Another one ends all sessions and personal tokens of the user.
    package var role: Role?

    package init(name: String? = nil, role: Role? = nil) {
        self.name = name
        self.role = role
    }
}

/// What everybody may change of himself.
package struct NameChange: Codable, Sendable {
    package var name: String

    package init(name: String) { self.name = name }
}
