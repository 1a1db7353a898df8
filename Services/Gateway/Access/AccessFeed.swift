import Contracts
import Crypto
import Foundation
import Logging
import NIOCore
import RPC
import Synchronization
import Tokens

/// Keeps what the gateway needs to judge tokens by itself: the keys of auth and the sessions that ended before their
/// tokens do. A long poll brings both within a round trip of their change.
final class AccessFeed: Sendable {
    /// A session's last token is dead this long after the session ended, so that is how long we remember the session.
    static let rememberSeconds: Int64 = 11 * 60
    /// Without word from auth for this long, nobody can be let in: a session may have been revoked meanwhile.
    static let staleAfter = TimeAmount.seconds(60)

    /// What a token is judged by, as one value, so that a request sees keys and revocations of the same moment.
    struct Snapshot: Sendable {
        var verifier: AccessTokenVerifier
        var keys: [JSONWebKey] = []
        var revoked: [UUID: Instant] = [:]
        /// Changes with every change of the keys; what was verified under another epoch is verified again.
        var epoch = 0
        var lastHeard: NIODeadline?
        var cursor: Int64 = 0

        var isFresh: Bool { lastHeard.map { NIODeadline.now() - $0 < AccessFeed.staleAfter } ?? false }
    }

    private let auth: RPCClient
    private let issuer: String
    private let audience: String
    private let logger: Logger
    private let state: Mutex<Snapshot>

    init(auth: RPCClient, issuer: String, audience: String, logger: Logger) {
        self.auth = auth
        self.issuer = issuer
        self.audience = audience
        self.logger = logger
        state = Mutex(Snapshot(verifier: AccessTokenVerifier(keys: [:], issuer: issuer, audience: audience)))
    }

    var snapshot: Snapshot { state.withLock { $0 } }

    /// - Parameter onFirst: called once, when the first keys have arrived.
    func run(onFirst: @Sendable () -> Void) async throws {
        var isFirst = true
        while true {
            do {
                // The first call does not wait, so that the gateway is ready at once.
                let wait = isFirst ? 0 : 10_000
                let news = try await auth.call(
                    AuthMethods.watchAccess, AccessWatch(cursor: snapshot.cursor, waitMilliseconds: wait),
                    timeout: .milliseconds(Int64(wait) + 5000))
                try take(news, now: .now)
                if isFirst { onFirst() }
                isFirst = false
            } catch let fault as RPCFault where fault.status != .cancelled {
                logger.debug("no word from auth", metadata: ["error": "\(fault.message)"])
                try await Task.sleep(for: .milliseconds(Int64.random(in: 100...300)))
            }
        }
    }

    func take(_ news: AccessState, now: Instant) throws {
        let known = snapshot.keys
        var verifier: AccessTokenVerifier?
        if news.keys != known {
            let keys = try news.keys.map { ($0.kid, try P256.Signing.PublicKey(x: $0.x, y: $0.y)) }
            verifier = AccessTokenVerifier(
                keys: Dictionary(keys) { first, _ in first }, issuer: issuer, audience: audience)
        }
        state.withLock {
            if let verifier {
                $0.verifier = verifier
                $0.keys = news.keys
                $0.epoch += 1
            }
            for session in news.revokedSessions { $0.revoked[session] = now }
            $0.revoked = $0.revoked.filter { now.seconds(since: $0.value) < Self.rememberSeconds }
            $0.cursor = news.cursor
            $0.lastHeard = .now()
        }
    }
}
