import Contracts
import Crypto
import Foundation
import Logging
import NIOHTTP1
import RPC
import Tokens

/// Finds out who sends a request: by an access token (RFC 6750, RFC 9068), a personal access token, or the cookie of a web
/// session.
struct Authenticator: Sendable {
    let feed: AccessFeed
    let resolutions: Resolutions
    let verified = VerifiedTokens()
    let logger: Logger

    /// - Parameter isUse: false for what a page does by itself, which does not keep a session from falling idle.
    /// - Throws: `Problem`: 401 for anything wrong with it, 503 while keys and revocations may be stale or auth is away.
    func caller(_ credential: Credential, isUse: Bool = true, now: Instant = .now) async throws(Problem) -> Caller {
        if case .accessToken(let token) = credential {
            if let caller = try caller(token, now: now) { return caller }
            // A key that is younger than what we know; or nonsense, which makes us ask once a second at most.
            await feed.refresh()
            if let caller = try caller(token, now: now) { return caller }
            throw Self.refused
        }
        guard let (kind, digest) = credential.opaque else { throw .unauthenticated("Sign in first.", error: nil) }
        let access: ResolvedAccess
        do {
            access =
                isUse
                ? try await resolutions.resolve(kind, digest, now: now) : try await resolutions.look(kind, digest)
        } catch let fault as RPCFault {
            switch fault.status {
            case .unauthenticated: throw Self.ended
            case .unavailable, .deadlineExceeded, .resourceExhausted: throw Problem(fault)
            default:
                logger.error("auth cannot say who it is", metadata: ["error": "\(fault.message)"])
                throw Problem(RPCFault.internal)
            }
        } catch {
            throw Problem(RPCFault.internal)
        }
        let caller = Caller(access, kind)
        try check(caller, now: now)
        return caller
    }

    /// Who it is, as far as that is known without asking anybody; nil when it is not, or not good.
    func known(_ credential: Credential, now: Instant = .now) -> Caller? {
        if case .accessToken(let token) = credential {
            return try? caller(token, now: now)
        }
        guard let (kind, digest) = credential.opaque, let access = resolutions.known(digest, now: now) else {
            return nil
        }
        let caller = Caller(access, kind)
        do { try check(caller, now: now) } catch { return nil }
        return caller
    }

    /// Whether the session or personal token has not been ended, as far as we have heard lately.
    func stands(_ session: UUID) -> Bool { feed.current().map { $0.revoked[session] == nil } ?? false }

    private func check(_ caller: Caller, now: Instant) throws(Problem) {
        guard let access = feed.current() else { throw Self.stale }
        guard access.revoked[caller.identity.session] == nil, caller.expiry > now.milliseconds / 1000 else {
            throw Self.ended
        }
    }

    /// - Returns: nil when the token names a key that we do not know.
    private func caller(_ token: Substring, now: Instant) throws(Problem) -> Caller? {
        guard let access = feed.current() else { throw Self.stale }
        let seconds = now.milliseconds / 1000
        let digest = SHA256.hash(data: Data(token.utf8))
        switch verified.verdict(digest, epoch: access.epoch, now: seconds) {
        case .refused: throw Self.refused
        case .good(let caller):
            guard access.revoked[caller.identity.session] == nil else { throw Self.ended }
            return caller
        case nil: break
        }
        let claims: AccessClaims
        do { claims = try access.verifier.verify(token, now: seconds) } catch {
            logger.debug("token refused", metadata: ["token.refusal": "\(error.code)"])
            if error == .unknownKey { return nil }
            verified.refuse(digest, epoch: access.epoch, now: seconds)
            throw Self.refused
        }
        guard let role = Role(rawValue: claims.role), access.revoked[claims.sid] == nil else { throw Self.ended }
        let caller = Caller(
            identity: RPCIdentity(subject: claims.sub, session: claims.sid, roles: role.bits), kind: .accessToken,
            expiry: claims.exp,
            scopes: claims.scope.map { Set($0.split(separator: " ").compactMap { Permission(rawValue: String($0)) }) })
        verified.remember(digest, caller, epoch: access.epoch, now: seconds)
        return caller
    }

    private static let refused = Problem.unauthenticated(
        "The access token is not valid or has expired; refresh it or sign in again.", error: "invalid_token")

    private static let ended = Problem.unauthenticated(
        "The session or token has ended; sign in again.", error: "invalid_token")

    private static let stale = Problem(
        .serviceUnavailable, "auth_unavailable", "Sign-ins cannot be checked at the moment; try again shortly.",
        headers: ["Retry-After": "2"])
}
