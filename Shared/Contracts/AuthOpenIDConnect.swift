package import RPC

// Signing in with the account that one has at the company's OpenID provider, and what the sign-in page may offer.
extension AuthMethods {
    /// Begins a sign-in: where to send the browser, and what to bind it with.
    package static let startOpenID = RPCMethod<OpenIDStart, OpenIDStarted>(
        0x0138, "auth.oidc.start", callers: [Peer.gateway])
    /// Ends it with what the provider sent back. A refusal has the code of an `OpenIDFailure`.
    package static let finishOpenID = RPCMethod<OpenIDCallback, OpenIDSignedIn>(
        0x0139, "auth.oidc.finish", callers: [Peer.gateway])
    package static let signInMethods = RPCMethod<Nothing, SignInMethods>(
        0x013A, "auth.methods", callers: [Peer.gateway], isIdempotent: true)
}

package struct OpenIDStart: Codable, Sendable {
    /// A path of this site, with its query, to be shown after the sign-in; the start page when left out.
    package var returnTo: String?

    package init(returnTo: String?) { self.returnTo = returnTo }
}

package struct OpenIDStarted: Codable, Sendable {
    /// The provider's authorization endpoint, with the request in its query.
    package var location: String
    /// 256 random bits in base64url, for a cookie: only the browser that has it can finish.
    package var secret: String
    package var expiresAt: Instant

    package init(location: String, secret: String, expiresAt: Instant) {
        self.location = location
        self.secret = secret
        self.expiresAt = expiresAt
    }
}

/// An authorization response (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207), and the secret of the browser that brings it.
package struct OpenIDCallback: Codable, Sendable {
    package var secret: String?
    package var state: String?
    package var code: String?
    package var iss: String?
    package var error: String?

    package init(
        secret: String? = nil, state: String? = nil, code: String? = nil, iss: String? = nil, error: String? = nil
    ) {
        self.secret = secret
        self.state = state
        self.code = code
        self.iss = iss
        self.error = error
    }
}

package struct OpenIDSignedIn: Codable, Sendable {
    package var session: WebSession
    /// A path of this site.
    package var returnTo: String

    package init(session: WebSession, returnTo: String) {
        self.session = session
        self.returnTo = returnTo
    }
}

/// Why nobody was signed in: all that the browser is told of it.
package enum OpenIDFailure: String, Codable, Sendable, CaseIterable {
    /// No provider is set up here.
    case off
    /// The sign-in was begun too long ago, in another browser, or finished before.
    case expired
    /// The provider was told not to: by the user, or by its own rules.
    case denied
    /// The provider cannot be reached or does not keep to the protocol.
    case provider
    /// None of the user's groups gives a role here.
    case noRole = "no_role"
    /// There is no user for this account, and it makes or takes over none.
    case notLinked = "not_linked"
    /// The user is disabled here.
    case disabled
    /// Too much to do, or auth does not answer: try again.
    case unavailable
}

package struct SignInMethods: Codable, Sendable, Hashable {
    package var password: Bool
    package var passkeys: Bool
    /// The company's provider, when there is one.
    package var oidc: OpenIDOffer?

    package init(password: Bool, passkeys: Bool, oidc: OpenIDOffer?) {
        self.password = password
        self.passkeys = passkeys
        self.oidc = oidc
    }
}

package struct OpenIDOffer: Codable, Sendable, Hashable {
    /// What the button says: sign in with …
    package var name: String

    package init(name: String) { self.name = name }
}
