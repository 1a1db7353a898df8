import Contracts
import Crypto
import Foundation
import NIOCore
import RPC
import Synchronization
import Tokens

/// What opaque credentials stand for, as auth says. Each is asked about once a minute, however many requests bring it: so
/// that auth hears of its use, and for how long a change that nobody announces can go unseen. At most `credentialsMax`.
final class Resolutions: Sendable {
    static let credentialsMax = 65_536
    static let keptMilliseconds: Int64 = 60_000
    private static let deadline = TimeAmount.seconds(2)

    private struct Known {
        let access: ResolvedAccess
        let until: Instant
    }

    private struct State {
        var known: [SHA256Digest: Known] = [:]
        var asking: [SHA256Digest: Task<ResolvedAccess, any Error>] = [:]
    }

    private let ask: @Sendable (OpaqueCredential) async throws -> ResolvedAccess
    private let state = Mutex(State())

    init(ask: @escaping @Sendable (OpaqueCredential) async throws -> ResolvedAccess) { self.ask = ask }

    convenience init(_ auth: Upstream) {
        self.init { credential in
            let call = ServiceCall(
                body: ByteBuffer(bytes: try StrictJSON.encode(credential)),
                context: RPCContext(peer: Peer.gateway, deadline: .now() + Self.deadline), timeout: Self.deadline)
            let reply = try await auth.send(AuthMethods.resolveAccess.entry, call)
            return try StrictJSON.decode(ResolvedAccess.self, from: Data(reply.body.readableBytesView))
        }
    }

    func known(_ digest: SHA256Digest, now: Instant) -> ResolvedAccess? {
        state.withLock { state in
            guard let known = state.known[digest] else { return nil }
            guard now < known.until else {
                state.known[digest] = nil
                return nil
            }
            return known.access
        }
    }

    /// - Throws: `RPCFault`: `unauthenticated` when it stands for nobody.
    func resolve(_ kind: OpaqueCredential.Kind, _ digest: SHA256Digest, now: Instant) async throws -> ResolvedAccess {
        if let access = known(digest, now: now) { return access }
        let task = state.withLock { state in
            if let running = state.asking[digest] { return running }
            let task = Task { try await self.askAndKeep(kind, digest, now) }
            state.asking[digest] = task
            return task
        }
        return try await task.value
    }

    /// The same without a use of it: nothing is remembered, and a session goes on to fall idle.
    func look(_ kind: OpaqueCredential.Kind, _ digest: SHA256Digest) async throws -> ResolvedAccess {
        try await ask(OpaqueCredential(kind: kind, digest: Base64URL.encode(digest), isUse: false))
    }

    private func askAndKeep(
        _ kind: OpaqueCredential.Kind, _ digest: SHA256Digest, _ now: Instant
    ) async throws -> ResolvedAccess {
        defer { state.withLock { _ = $0.asking.removeValue(forKey: digest) } }
        let access = try await ask(OpaqueCredential(kind: kind, digest: Base64URL.encode(digest)))
        state.withLock { state in
            if state.known.count >= Self.credentialsMax { state.known = state.known.filter { now < $0.value.until } }
            // Full of living ones: a new one is asked about each time, and none of the others is forgotten for it.
            guard state.known.count < Self.credentialsMax else { return }
            let end = now.milliseconds + Self.keptMilliseconds
            state.known[digest] = Known(
                access: access, until: min(Instant(milliseconds: end), access.expiresAt))
        }
        return access
    }
}
