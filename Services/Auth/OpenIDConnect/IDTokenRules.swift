import Crypto
import Foundation
import Tokens

/// Whether an ID token is good for this sign-in, here and now (OpenID Connect Core 3.1.3.7 and 3.1.3.8). Every rule is
/// mandatory; claims that are not ours to know are passed on.
struct IDTokenRules: Sendable {
    /// How far clocks may disagree.
    static let leewaySeconds: Int64 = 60
    private static let subjectBytesMax = 255

    let issuer: String
    let clientID: String
    /// One of them must be the token's `acr`; empty for any.
    let contexts: [String]

    /// - Parameters:
    ///   - accessToken: that came with it; its hash must be in the token, if any is.
    ///   - now: seconds since 1970.
    func claims(
        of text: String, keys: ProviderKeys, nonce: String, accessToken: String?, now: Int64
    ) throws(IDTokenRefusal) -> [String: TokenJSON] {
        let token = try SignedIDToken(text)
        let key = try keys.key(token.keyID, token.algorithm)
        guard key.isValid(token.signature, for: token.signed) else { throw .signature }
        let claims = try SignedIDToken.members(token.claims, orElse: .claimsMalformed)
        guard let iss = claims["iss"]?.string, let subject = claims["sub"]?.string else { throw .claim }
        guard iss.isSame(as: issuer) else { throw .issuer }
        guard (1...Self.subjectBytesMax).contains(subject.utf8.count),
            subject.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .subject }
        try checkAudience(claims)
        try checkTimes(claims, now: now)
        guard let said = claims["nonce"]?.string, said.isSame(as: nonce) else { throw .nonce }
        try checkAccessToken(claims["at_hash"], accessToken)
        if !contexts.isEmpty {
            guard let acr = claims["acr"]?.string, contexts.contains(where: { acr.isSame(as: $0) }) else {
                throw .context
            }
        }
        return claims
    }

    private func checkAudience(_ claims: [String: TokenJSON]) throws(IDTokenRefusal) {
        guard let value = claims["aud"] else { throw .claim }
        let audiences = value.texts
        if case .array(let all) = value, all.count != audiences.count { throw .claim }
        guard audiences.contains(where: { $0.isSame(as: clientID) }) else { throw .audience }
        // A token for several is ours only if it was issued to us.
        guard claims["azp"] != nil || audiences.count > 1 else { return }
        guard let party = claims["azp"]?.string, party.isSame(as: clientID) else { throw .authorizedParty }
    }

    private func checkTimes(_ claims: [String: TokenJSON], now: Int64) throws(IDTokenRefusal) {
        guard let exp = claims["exp"]?.integer, let iat = claims["iat"]?.integer else { throw .claim }
        guard exp > now - Self.leewaySeconds else { throw .expired }
        guard iat <= now + Self.leewaySeconds else { throw .notYetValid }
        guard exp > iat else { throw .expired }
        guard let nbf = claims["nbf"] else { return }
        guard let start = nbf.integer else { throw .claim }
        guard start <= now + Self.leewaySeconds else { throw .notYetValid }
    }

    /// Both algorithms hash with SHA-256; the claim is the first half of it.
    private func checkAccessToken(_ value: TokenJSON?, _ accessToken: String?) throws(IDTokenRefusal) {
        guard let value else { return }
        guard let hash = value.string, let accessToken else { throw .accessTokenHash }
        let own = Base64URL.encode(SHA256.hash(data: Data(accessToken.utf8)).prefix(16))
        guard hash.isSame(as: own) else { throw .accessTokenHash }
    }
}
