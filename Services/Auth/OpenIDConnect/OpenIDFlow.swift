import Crypto
import Foundation
import Storage
import Tokens

/// One sign-in under way, in one browser. All that must not be guessed follows from a secret that only the browser's cookie
/// holds, so nothing that is stored here lets anybody finish it.
///
/// What the provider is shown (`state`, `nonce`, the hash of the verifier) tells nothing of the secret, nor of one another:
/// each is an HMAC under it.
struct OpenIDFlow: Sendable {
    static let lifetimeSeconds: Int64 = 600
    private static let byteCount = 32

    private let secret: Data

    init() { secret = .random(count: Self.byteCount) }

    /// - Parameter cookie: nil, or of another form, is no flow.
    init?(cookie: String?) {
        guard let bytes = cookie.flatMap({ Base64URL.decode($0) }), bytes.count == Self.byteCount else { return nil }
        secret = Data(bytes)
    }

    var cookie: String { Base64URL.encode(secret) }

    /// What is stored.
    var hash: Data { Data(SHA256.hash(data: secret)) }

    /// Comes back with the answer: it is for this browser.
    var state: String { derived("state") }

    /// Comes back in the ID token: it is for this sign-in.
    var nonce: String { derived("nonce") }

    /// Proves to the provider that who asked is who fetches (RFC 7636).
    var verifier: String { derived("pkce") }

    var challenge: String { Base64URL.encode(SHA256.hash(data: Data(verifier.utf8))) }

    /// In constant time.
    func isState(_ text: String?) -> Bool {
        guard let code = text.flatMap({ Base64URL.decode($0) }) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data("state".utf8), using: key)
    }

    private var key: SymmetricKey { SymmetricKey(data: secret) }

    private func derived(_ purpose: String) -> String {
        Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Data(purpose.utf8), using: key))
    }
}

extension OpenIDFlow {
    /// Where to send the browser (OpenID Connect Core 3.1.2.1).
    func location(_ settings: OpenIDSettings, _ provider: ProviderMetadata) -> String {
        let request = provider.authorizationEndpoint.with([
            "response_type": "code", "client_id": settings.clientID, "redirect_uri": settings.redirectURL,
            "scope": settings.scopes, "state": state, "nonce": nonce, "code_challenge": challenge,
            "code_challenge_method": "S256",
        ])
        guard !settings.contexts.isEmpty else { return request }
        return request + "&" + FormText.encode(["acr_values": settings.contexts.joined(separator: " ")])
    }
}
