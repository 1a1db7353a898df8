import Contracts
import Tokens

/// Turns a grant into what the client gets.
struct AccessTokenIssuer: Sendable {
    let ring: KeyRing
    let issuer: String
    let audience: String
    let lifetimeSeconds: Int64

    /// The access token ends with its session at the latest.
    func signedIn(_ grant: SessionGrant, at now: Instant) throws -> SignedIn {
        let issuedAt = now.milliseconds / 1000
        let expiresAt = max(min(issuedAt + lifetimeSeconds, grant.expiresAt.milliseconds / 1000), issuedAt + 1)
        let claims = AccessClaims(
            iss: issuer, aud: audience, sub: grant.user.id, sid: grant.session, role: grant.user.role.rawValue,
            scope: grant.isRestricted ? AccessClaims.accountScope : nil,
            iat: issuedAt, exp: expiresAt)
        return SignedIn(
            accessToken: try ring.signer.sign(claims), expiresIn: Int(expiresAt - issuedAt),
            refreshToken: grant.refreshToken.text, user: grant.user)
    }
}
