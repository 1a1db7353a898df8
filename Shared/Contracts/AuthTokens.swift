package import Foundation
package import RPC

// What browsers and programs sign in with: an opaque session behind a cookie, and personal access tokens.
extension AuthMethods {
    package static let openWebSession = RPCMethod<WebSignIn, WebSession>(
        0x010D, "auth.web.open", callers: [Peer.gateway])
    package static let createToken = RPCMethod<NewPersonalToken, CreatedPersonalToken>(
        0x010E, "auth.tokens.create", callers: [Peer.gateway])
    package static let listTokens = RPCMethod<Nothing, PersonalTokenList>(
        0x010F, "auth.tokens.list", callers: [Peer.gateway], isIdempotent: true)
    package static let revokeToken = RPCMethod<Nothing, Nothing>(
        0x0110, "auth.tokens.revoke", callers: [Peer.gateway], isIdempotent: true)
}

package struct WebSession: Codable, Sendable {
    /// 256 random bits in base64url, for the cookie; stored nowhere but there.
    package var secret: String
    package var expiresAt: Instant
    package var user: User
    /// The same for a cookie that outlives the session: this browser is known from now on. Nil when it was known before.
    package var device: String?

    package init(secret: String, expiresAt: Instant, user: User, device: String? = nil) {
        self.secret = secret
        self.expiresAt = expiresAt
        self.user = user
        self.device = device
    }
}

/// What the web app is told of the session that its cookie holds.
package struct WebSignedIn: Codable, Sendable {
    package var user: User
    /// When it ends at the latest; without activity it ends earlier.
    package var expiresAt: Instant

    package init(user: User, expiresAt: Instant) {
        self.user = user
        self.expiresAt = expiresAt
    }
}

package struct NewPersonalToken: Codable, Sendable {
    /// What it is for, for its owner: 1 to 100 characters.
    package var name: String
    /// What the owner's role may, or less; at least one.
    package var scopes: [Permission]
    /// 1 to 366: a token without an end is a password that nobody changes.
    package var expiresInDays: Int

    package init(name: String, scopes: [Permission], expiresInDays: Int) {
        self.name = name
        self.scopes = scopes
        self.expiresInDays = expiresInDays
    }
}

/// A token as its owner sees it in his list: never the secret.
package struct PersonalToken: Codable, Sendable, Hashable {
    package var id: UUID
    package var name: String
    /// The last characters of the secret, to tell tokens apart.
    package var hint: String
    package var scopes: [Permission]
    package var createdAt: Instant
    package var expiresAt: Instant
    /// To the minute.
    package var lastUsedAt: Instant?

    package init(
        id: UUID, name: String, hint: String, scopes: [Permission], createdAt: Instant, expiresAt: Instant,
        lastUsedAt: Instant?
    ) {
        self.id = id
        self.name = name
        self.hint = hint
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }
}

package struct CreatedPersonalToken: Codable, Sendable {
    /// The secret, `ibp_…`: shown this once.
    package var secret: String
    package var token: PersonalToken

    package init(secret: String, token: PersonalToken) {
        self.secret = secret
        self.token = token
    }
}

package struct PersonalTokenList: Codable, Sendable {
    /// The living ones, newest first.
    package var items: [PersonalToken]

    package init(items: [PersonalToken]) { self.items = items }
}
