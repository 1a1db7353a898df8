/// Why a token was not believed. For logs and tests only: the bearer is told no more than `invalid_token`.
package enum TokenRefusal: String, Error, Sendable, CaseIterable {
    case tooLong = "too_long"
    /// Not exactly three segments: also the JSON serialization and an encrypted token (five).
    case segments
    /// A segment is not canonical base64url.
    case encoding
    case headerMalformed = "header_malformed"
    /// The header has a member beside `alg`, `typ` and `kid`; whatever it means, a key is never taken from a token.
    case headerMember = "header_member"
    case duplicateMember = "duplicate_member"
    case algorithm
    case type
    case keyID = "key_id"
    case unknownKey = "unknown_key"
    case signature
    case claimsMalformed = "claims_malformed"
    /// A claim is missing or of another type than it must be.
    case claim
    case issuer
    case audience
    /// Lives longer than an access token may, or ends before it starts.
    case lifetime
    case expired
    case notYetValid = "not_yet_valid"

    /// Stable; logs and metrics count by it.
    package var code: String { rawValue }
}
