package import Foundation
package import RPC

package enum AuthMethods {
    package static let login = RPCMethod<SignIn, SignedIn>(0x0101, "auth.login", callers: [Peer.gateway])
    package static let refresh = RPCMethod<SessionRefresh, SignedIn>(0x0102, "auth.refresh", callers: [Peer.gateway])
    package static let logout = RPCMethod<Nothing, Nothing>(0x0103, "auth.logout", callers: [Peer.gateway])
    package static let me = RPCMethod<Nothing, User>(0x0104, "auth.me", callers: [Peer.gateway], isIdempotent: true)
    package static let listUsers = RPCMethod<UserQuery, UserPage>(
        0x0105, "auth.users.list", callers: [Peer.gateway], isIdempotent: true)
    package static let setUserStatus = RPCMethod<UserStatusChange, User>(
        0x0107, "auth.users.setStatus", callers: [Peer.gateway])
    package static let claimSetup = RPCMethod<SetupClaim, SignedIn>(0x0109, "auth.setup.claim", callers: [Peer.gateway])
    package static let findUser = RPCMethod<UserLookup, User>(
        0x010A, "auth.users.find", callers: [Peer.deals], isIdempotent: true)
}

/// E-mail and password, a passkey, or all three.
package struct SignIn: Codable, Sendable {
    package var email: String?
    package var password: String?
    /// Of an authenticator app, or a recovery code; wanted of users who have a second factor and show no passkey.
    package var code: String?
    package var passkey: PasskeyAssertion?

    package init(
        email: String? = nil, password: String? = nil, code: String? = nil, passkey: PasskeyAssertion? = nil
    ) {
        self.email = email
        self.password = password
        self.code = code
        self.passkey = passkey
    }
}

package struct SignedIn: Codable, Sendable {
    package var accessToken: String
    package var tokenType: String
    /// Seconds until the access token ends.
    package var expiresIn: Int
    /// Opaque; good for one refresh, which answers its successor.
    package var refreshToken: String
    package var user: User

    package init(accessToken: String, expiresIn: Int, refreshToken: String, user: User) {
        self.accessToken = accessToken
        tokenType = "Bearer"
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
        self.user = user
    }
}

package struct SessionRefresh: Codable, Sendable {
    package var refreshToken: String

    package init(refreshToken: String) { self.refreshToken = refreshToken }
}

package enum UserStatus: String, Codable, Sendable, CaseIterable { case active, disabled }

package struct User: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var email: String
    package var name: String
    package var role: Role
    package var status: UserStatus
    package var version: Int64
    package var createdAt: Instant
    package var updatedAt: Instant

    package var resourceID: String { id.text }

    package init(
        id: UUID, email: String, name: String, role: Role, status: UserStatus, version: Int64, createdAt: Instant,
        updatedAt: Instant
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.status = status
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package struct UserQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?
    /// Part of a name or e-mail.
    package var q: String?
    package var role: Role?
    package var status: UserStatus?

    package init(
        limit: Int? = nil, cursor: String? = nil, q: String? = nil, role: Role? = nil, status: UserStatus? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.q = q
        self.role = role
        self.status = status
    }
}

package struct UserPage: Codable, Sendable {
    package var items: [User]
    package var nextCursor: String?

    package init(items: [User], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

package struct UserStatusChange: Codable, Sendable {
    package var status: UserStatus

    package init(status: UserStatus) { self.status = status }
}

/// Claims the one-time set-up token and makes the first administrator.
package struct SetupClaim: Codable, Sendable {
    package var token: String
    package var email: String
    package var name: String
    package var password: String

    package init(token: String, email: String, name: String, password: String) {
        self.token = token
        self.email = email
        self.name = name
        self.password = password
    }
}

/// One of the two.
package struct UserLookup: Codable, Sendable {
    package var id: UUID?
    package var email: String?

    package init(id: UUID? = nil, email: String? = nil) {
        self.id = id
        self.email = email
    }
}
