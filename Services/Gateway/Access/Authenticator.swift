import Contracts
import Crypto
import Foundation
import Logging
import NIOHTTP1
import RPC
import Tokens

/// Finds out who sends a request, by its access token (RFC 6750, RFC 9068).
struct Authenticator: Sendable {
    let feed: AccessFeed
    let verified = VerifiedTokens()
    let logger: Logger

    /// Who it is, and until when (seconds since 1970) these credentials say so.
    struct Caller: Sendable {
        let identity: RPCIdentity
        let expiry: Int64
    }

    func identity(_ headers: HTTPHeaders, now: Instant = .now) throws(Problem) -> RPCIdentity? {
        try caller(headers, now: now)?.identity
    }

    /// Whether the session has not been ended, as far as we have heard lately.
    func stands(_ session: UUID) -> Bool {
        let access = feed.snapshot
        return access.isFresh && access.revoked[session] == nil
    }

    /// Nil when the request brings no credentials at all.
    /// - Throws: `Problem`: 401 for anything wrong with them, 503 while keys and revocations may be stale.
    func caller(_ headers: HTTPHeaders, now: Instant = .now) throws(Problem) -> Caller? {
        let fields = headers["authorization"]
        guard let field = fields.first else { return nil }
        guard fields.count == 1 else { throw Self.refused("invalid_request", "Send one Authorization field.") }
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Self.refused("invalid_request", "Send Authorization: Bearer and the access token.")
        }
        let access = feed.snapshot
        guard access.isFresh else {
            throw Problem(
                .serviceUnavailable, "auth_unavailable", "Sign-ins cannot be checked at the moment; try again shortly.",
                headers: ["Retry-After": "2"])
        }
        let claims = try claims(parts[1], access, now: now.milliseconds / 1000)
        guard let role = Role(rawValue: claims.role), access.revoked[claims.sid] == nil else {
            throw Self.refused("invalid_token", "The session has ended; sign in again.")
        }
        return Caller(
            identity: RPCIdentity(subject: claims.sub, session: claims.sid, roles: role.bits), expiry: claims.exp)
    }

    private func claims(_ token: Substring, _ access: AccessFeed.Snapshot, now: Int64) throws(Problem) -> AccessClaims {
        let digest = SHA256.hash(data: Data(token.utf8))
        if let known = verified.claims(digest, epoch: access.epoch, now: now) { return known }
        do {
            let claims = try access.verifier.verify(token, now: now)
            verified.remember(digest, claims, epoch: access.epoch, now: now)
            return claims
        } catch {
            logger.debug("token refused", metadata: ["token.refusal": "\(error.code)"])
            throw Self.refused(
                "invalid_token", "The access token is not valid or has expired; refresh it or sign in again.")
        }
    }

    /// - Parameter error: the error code of RFC 6750 section 3.1.
    private static func refused(_ error: String, _ detail: String) -> Problem {
        Problem(.unauthorized, error, detail, headers: ["WWW-Authenticate": "Bearer error=\"\(error)\""])
    }
}
