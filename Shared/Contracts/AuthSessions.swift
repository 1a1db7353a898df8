package import Foundation
package import RPC

// Which sessions live, and how passwords are changed.
extension AuthMethods {
    package static let listSessions = RPCMethod<Nothing, SessionList>(
        0x0120, "auth.sessions.list", callers: [Peer.gateway], isIdempotent: true)
    package static let endSession = RPCMethod<Nothing, Nothing>(
        0x0121, "auth.sessions.end", callers: [Peer.gateway], isIdempotent: true)
    package static let endOtherSessions = RPCMethod<Nothing, EndedSessions>(
        0x0122, "auth.sessions.endOthers", callers: [Peer.gateway], isIdempotent: true)
    package static let listUserSessions = RPCMethod<Nothing, SessionList>(
        0x0123, "auth.users.sessions.list", callers: [Peer.gateway], isIdempotent: true)
    package static let endUserSessions = RPCMethod<Nothing, EndedSessions>(
        0x0124, "auth.users.sessions.end", callers: [Peer.gateway], isIdempotent: true)
    package static let changePassword = RPCMethod<PasswordChange, Nothing>(
        0x0125, "auth.password.change", callers: [Peer.gateway])
    package static let requestPasswordReset = RPCMethod<Nothing, PasswordResetGrant>(
        0x0126, "auth.password.reset.request", callers: [Peer.gateway])
    package static let resetPassword = RPCMethod<PasswordReset, Nothing>(
        0x0127, "auth.password.reset", callers: [Peer.gateway])
}

/// A browser's sign-in as the gateway passes it on.
package struct WebSignIn: Codable, Sendable {
    package var signIn: SignIn
    /// SHA-256, in base64url, of the secret in the cookie that the browser has had until now: that session ends.
    package var replaces: String?
    /// SHA-256, in base64url, of the secret in the browser's device cookie: the secret itself stays at the public door.
    package var device: String?

    package init(_ signIn: SignIn, replaces: String? = nil, device: String? = nil) {
        self.device = device
        self.signIn = signIn
        self.replaces = replaces
    }
}

/// What keeps a session going: a browser's cookie, or refresh tokens.
package enum SessionKind: String, Codable, Sendable, CaseIterable { case web, api }

package struct LivingSession: Codable, Sendable, Hashable {
    package var id: UUID
    /// When its user signed in.
    package var createdAt: Instant
    /// Of a browser: to the minute; of an API session: when it was last refreshed.
    package var lastSeenAt: Instant
    /// When it ends at the latest; without activity it ends earlier.
    package var expiresAt: Instant
    /// Where the sign-in came from.
    package var address: String?
    /// Such as `Firefox on Linux`: what the client called itself at the sign-in, so no proof of anything.
    package var device: String
    package var kind: SessionKind
    /// Whether it is the one that asks.
    package var current: Bool

    package init(
        id: UUID, createdAt: Instant, lastSeenAt: Instant, expiresAt: Instant, address: String?, device: String,
        kind: SessionKind, current: Bool
    ) {
        self.id = id
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
        self.address = address
        self.device = device
        self.kind = kind
        self.current = current
    }
}

package struct SessionList: Codable, Sendable {
    /// The living ones, newest first.
    package var items: [LivingSession]

    package init(items: [LivingSession]) { self.items = items }
}

package struct EndedSessions: Codable, Sendable, Hashable {
    /// How many.
    package var ended: Int

    package init(ended: Int) { self.ended = ended }
}

package struct PasswordChange: Codable, Sendable {
    package var currentPassword: String
    package var newPassword: String

    package init(currentPassword: String, newPassword: String) {
        self.currentPassword = currentPassword
        self.newPassword = newPassword
    }
}

/// What an administrator hands to somebody who has forgotten the password, for the page `/reset#token=…`.
package struct PasswordResetGrant: Codable, Sendable {
    /// 256 random bits in base64url: shown this once, good once.
    package var token: String
    package var expiresAt: Instant

    package init(token: String, expiresAt: Instant) {
        self.token = token
        self.expiresAt = expiresAt
    }
}

package struct PasswordReset: Codable, Sendable {
    package var token: String
    package var newPassword: String

    package init(token: String, newPassword: String) {
        self.token = token
        self.newPassword = newPassword
    }
}
