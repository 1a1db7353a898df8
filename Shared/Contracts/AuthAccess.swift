package import Foundation
package import RPC

// How gateways learn whom to let in. 0x0108 was a long poll, before there was the stream.
extension AuthMethods {
    /// The keys and revocations, pushed: the state first, at once, then again with every change and at least once a second,
    /// so that a gateway knows how old what it knows is.
    package static let accessChanges = RPCStreamMethod<AccessSubscription, AccessState>(
        0x010B, "auth.access.changes", callers: [Peer.gateway])
    /// Who an opaque credential stands for. Its use keeps a web session from falling idle.
    package static let resolveAccess = RPCMethod<OpaqueCredential, ResolvedAccess>(
        0x010C, "auth.access.resolve", callers: [Peer.gateway], isIdempotent: true)
    /// Makes a new signing key, for the operator.
    package static let rotateKeys = RPCMethod<Nothing, KeyRotation>(
        0x0111, "auth.keys.rotate", callers: [Peer.operator])
}

package struct KeyRotation: Codable, Sendable, Hashable {
    /// The new key's name.
    package var kid: String
    /// From then on it signs.
    package var activeAt: Instant

    package init(kid: String, activeAt: Instant) {
        self.kid = kid
        self.activeAt = activeAt
    }
}

package struct AccessSubscription: Codable, Sendable, Hashable {
    /// Of the last state that the gateway took; 0 when it knows nothing.
    package var cursor: Int64

    package init(cursor: Int64) { self.cursor = cursor }
}

/// A secret that says nothing by itself, by the SHA-256 of its text: the secret itself stays at the public door.
package struct OpaqueCredential: Codable, Sendable, Hashable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case webSession, personalToken }

    package var kind: Kind
    /// 32 bytes in base64url.
    package var digest: String
    /// False when nobody uses it at the moment, as behind a page that only listens: a session then goes on to fall idle.
    package var isUse: Bool

    package init(kind: Kind, digest: String, isUse: Bool = true) {
        self.kind = kind
        self.digest = digest
        self.isUse = isUse
    }
}

package struct ResolvedAccess: Codable, Sendable, Hashable {
    /// The user.
    package var subject: UUID
    /// What a revocation names: the session's or the personal token's id.
    package var session: UUID
    package var role: Role
    /// Of a personal token: beyond which it may do nothing. Nil for a session.
    package var scopes: [Permission]?
    /// When the credential ends at the latest.
    package var expiresAt: Instant
    /// When the user last proved who he is; of a personal token, when it was made.
    package var signedInAt: Instant

    package init(
        subject: UUID, session: UUID, role: Role, scopes: [Permission]?, expiresAt: Instant, signedInAt: Instant
    ) {
        self.subject = subject
        self.session = session
        self.role = role
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.signedInAt = signedInAt
    }
}

/// What a gateway needs to judge tokens by itself: all keys, and the sessions ended after the cursor it came with.
package struct AccessState: Codable, Sendable {
    package var cursor: Int64
    package var keys: [JSONWebKey]
    /// Ids of sessions and personal tokens that must be refused though they have not expired.
    package var revokedSessions: [UUID]

    package init(cursor: Int64, keys: [JSONWebKey], revokedSessions: [UUID]) {
        self.cursor = cursor
        self.keys = keys
        self.revokedSessions = revokedSessions
    }
}

/// A public ES256 key (RFC 7517, RFC 7518 section 6.2.1); `kid` is its RFC 7638 thumbprint.
package struct JSONWebKey: Codable, Sendable, Hashable {
    package var kty: String
    package var crv: String
    package var x: String
    package var y: String
    package var alg: String
    package var use: String
    package var kid: String

    package init(x: String, y: String, kid: String) {
        kty = "EC"
        crv = "P-256"
        self.x = x
        self.y = y
        alg = "ES256"
        use = "sig"
        self.kid = kid
    }
}

package struct JSONWebKeySet: Codable, Sendable {
    package var keys: [JSONWebKey]

    package init(keys: [JSONWebKey]) { self.keys = keys }
}
