import Contracts
import Crypto
import Foundation
import Tokens

/// What a token is judged by, as one value that never changes: a request sees keys and revocations of the same moment.
final class AccessSnapshot: Sendable {
    /// A session's last token is dead this long after the session ended, and a resolved credential is asked about anew
    /// earlier, so that is how long we remember the session.
    static let rememberSeconds: Int64 = 11 * 60

    let verifier: AccessTokenVerifier
    let keys: [JSONWebKey]
    /// Ids of sessions and personal tokens, and when we heard of their end.
    let revoked: [UUID: Instant]
    /// Changes with every change of the keys; what was verified under another epoch is verified again.
    let epoch: Int
    let cursor: Int64

    static func empty(issuer: String, audience: String) -> AccessSnapshot {
        AccessSnapshot(
            verifier: AccessTokenVerifier(keys: [:], issuer: issuer, audience: audience), keys: [], revoked: [:],
            epoch: 0, cursor: 0)
    }

    private init(
        verifier: AccessTokenVerifier, keys: [JSONWebKey], revoked: [UUID: Instant], epoch: Int, cursor: Int64
    ) {
        self.verifier = verifier
        self.keys = keys
        self.revoked = revoked
        self.epoch = epoch
        self.cursor = cursor
    }

    /// The next one; the same when there is nothing new.
    /// - Throws: when a key is none that we use, or two have one name: then all stays as it is.
    func taking(_ news: AccessState, issuer: String, audience: String, now: Instant) throws -> AccessSnapshot {
        let hasNewKeys = news.keys != keys
        let isOld = { (heard: Instant) in now.seconds(since: heard) >= Self.rememberSeconds }
        guard
            hasNewKeys || news.cursor != cursor || !news.revokedSessions.isEmpty
                || revoked.values.contains(where: isOld)
        else { return self }
        var revoked = self.revoked.filter { !isOld($0.value) }
        for session in news.revokedSessions { revoked[session] = now }
        guard hasNewKeys else {
            return AccessSnapshot(
                verifier: verifier, keys: keys, revoked: revoked, epoch: epoch, cursor: news.cursor)
        }
        let verifier = AccessTokenVerifier(
            keys: try Self.publicKeys(news.keys), issuer: issuer, audience: audience)
        return AccessSnapshot(
            verifier: verifier, keys: news.keys, revoked: revoked, epoch: epoch + 1, cursor: news.cursor)
    }

    /// A key is for one algorithm and one use, and known by one name (RFC 8725 section 3.1).
    private static func publicKeys(_ keys: [JSONWebKey]) throws -> [String: P256.Signing.PublicKey] {
        var found: [String: P256.Signing.PublicKey] = [:]
        for key in keys {
            guard key.kty == "EC", key.crv == "P-256", key.alg == "ES256", key.use == "sig" else {
                throw KeySetFault.otherAlgorithm(kid: key.kid)
            }
            guard found[key.kid] == nil else { throw KeySetFault.sameName(kid: key.kid) }
            found[key.kid] = try P256.Signing.PublicKey(x: key.x, y: key.y)
        }
        return found
    }

    enum KeySetFault: Error, Equatable {
        case otherAlgorithm(kid: String)
        case sameName(kid: String)
    }
}
