package import Crypto

/// Judges access tokens against a set of keys. An immutable value: who gets new keys makes a new verifier and swaps it,
/// so verifying shares nothing between threads.
///
/// The form and the header are checked before a key is looked for; the key is found by `kid` alone and there is no
/// default key; a key is P-256, so it can only ever be used with ES256.
package struct AccessTokenVerifier: Sendable {
    /// How far clocks may disagree.
    package static let leewaySeconds: Int64 = 5
    package static let bytesMax = CompactToken.bytesMax

    private let keys: [String: P256.Signing.PublicKey]
    private let rules: ClaimRules

    /// - Parameter keys: by `kid`.
    package init(keys: [String: P256.Signing.PublicKey], issuer: String, audience: String) {
        self.keys = keys
        rules = ClaimRules(issuer: issuer, audience: audience, leewaySeconds: Self.leewaySeconds)
    }

    /// - Parameter now: seconds since 1970.
    package func verify(_ token: some StringProtocol, now: Int64) throws(TokenRefusal) -> AccessClaims {
        try verify(utf8: token.utf8, now: now)
    }

    /// - Parameters:
    ///   - token: the token's characters, as they came in the header.
    ///   - now: seconds since 1970.
    package func verify(utf8 token: some Sequence<UInt8>, now: Int64) throws(TokenRefusal) -> AccessClaims {
        let token = try CompactToken(Array(token.prefix(Self.bytesMax + 1)))
        guard let key = keys[token.keyID] else { throw .unknownKey }
        guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: token.signature),
            key.isValidSignature(signature, for: token.signed)
        else { throw .signature }
        return try rules.claims(in: token.claims, now: now)
    }
}
