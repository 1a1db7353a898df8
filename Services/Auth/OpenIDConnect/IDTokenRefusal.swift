/// Why an ID token was not believed. For logs and tests only.
enum IDTokenRefusal: String, Error, Sendable, CaseIterable {
    case tooLong = "too_long"
    /// Not exactly three: also an encrypted token, which has five.
    case segments
    /// A segment is not canonical base64url.
    case encoding
    case headerMalformed = "header_malformed"
    /// The header names a key by itself, or wants something of us that we do not do.
    case headerMember = "header_member"
    case type
    case duplicateMember = "duplicate_member"
    case algorithm
    case unknownKey = "unknown_key"
    case signature
    case claimsMalformed = "claims_malformed"
    /// A claim is missing or of another type than it must be.
    case claim
    case issuer
    case audience
    case authorizedParty = "authorized_party"
    case subject
    case expired
    case notYetValid = "not_yet_valid"
    case nonce
    case accessTokenHash = "access_token_hash"
    /// The user proved who he is in another way than is asked for.
    case context
}
