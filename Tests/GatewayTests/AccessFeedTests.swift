import Contracts
import Foundation
import Logging
import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing
import Tokens

@testable import gateway

/// An auth service that says what the test tells it to, over a real connection.
private final class FakeAuth: Sendable {
    private struct Told {
        var states: [AsyncStream<AccessState>.Continuation] = []
        var opened = 0
    }

    private let state: Mutex<AccessState>
    private let told = Mutex(Told())

    init(_ state: AccessState) { self.state = Mutex(state) }

    var opened: Int { told.withLock(\.opened) }

    func push(_ change: (inout AccessState) -> Void) {
        let next = state.withLock { state in
            change(&state)
            state.cursor += 1
            return state
        }
        for stream in told.withLock(\.states) { stream.yield(next) }
    }

    /// What a new subscriber is told from now on, without telling those that are there.
    func prepare(_ change: (inout AccessState) -> Void) {
        state.withLock { state in
            change(&state)
            state.cursor += 1
        }
    }

    /// As auth does when there is nothing to tell.
    func beat() {
        let state = state.withLock { $0 }
        for stream in told.withLock(\.states) { stream.yield(state) }
    }

    func router() -> RPCRouter {
        var router = RPCRouter()
        router.on(AuthMethods.accessChanges) { _, _, writer in
            let (stream, continuation) = AsyncStream.makeStream(of: AccessState.self)
            self.told.withLock {
                $0.opened += 1
                $0.states.append(continuation)
            }
            try await writer.send(self.state.withLock { $0 })
            for await state in stream { try await writer.send(state) }
        }
        return router
    }
}

private func withFeed(
    _ auth: FakeAuth, _ body: @escaping @Sendable (AccessFeed) async throws -> Void
) async throws {
    let secret = try #require(HandshakeSecret(Array(repeating: 1, count: 32)))
    let group = MultiThreadedEventLoopGroup.singleton
    let server = RPCServer(
        .init(host: "127.0.0.1", port: 0, service: "auth", version: "1", security: .secret(secret)),
        router: auth.router(),
        group: group, logger: quiet)
    try await server.start()
    let client = RPCClient(
        .init(
            host: "127.0.0.1", port: try #require(server.localPort), peer: "auth", service: "gateway",
            security: .secret(secret)),
        group: group, logger: quiet)
    let feed = AccessFeed(auth: client, issuer: "https://ibpipeline.local", audience: "ibpipeline", logger: quiet)
    do {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { await client.run() }
            tasks.addTask { try? await feed.run {} }
            tasks.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    auth.beat()
                }
            }
            try await body(feed)
        }
    } catch {
        await server.drain(within: .milliseconds(100))
        throw error
    }
    await server.drain(within: .milliseconds(100))
}

private func jwk(_ key: SigningKey) -> JSONWebKey {
    JSONWebKey(x: key.publicKey.x, y: key.publicKey.y, kid: key.kid)
}

@Test func pushedKeysAndRevocationsAreTakenOver() async throws {
    let auth = FakeAuth(AccessState(cursor: 1, keys: [jwk(SigningKey())], revokedSessions: []))
    try await withFeed(auth) { feed in
        try await eventually { feed.current()?.keys.count == 1 }
        let epoch = feed.snapshot.epoch
        let session = UUID()
        auth.push { $0.revokedSessions = [session] }
        try await eventually { feed.snapshot.revoked[session] != nil }
        #expect(feed.snapshot.epoch == epoch)
        auth.push { $0.keys.append(jwk(SigningKey())) }
        try await eventually { feed.snapshot.keys.count == 2 }
        #expect(feed.snapshot.epoch == epoch + 1)
        #expect(feed.snapshot.revoked[session] != nil)
    }
}

@Test func unknownKeyMakesOneQuestionHoweverManyTokensNameIt() async throws {
    let auth = FakeAuth(AccessState(cursor: 1, keys: [jwk(SigningKey())], revokedSessions: []))
    try await withFeed(auth) { feed in
        try await eventually { feed.current() != nil }
        let young = SigningKey()
        auth.prepare { $0.keys.append(jwk(young)) }
        await withTaskGroup { group in for _ in 0..<100 { group.addTask { await feed.refresh() } } }
        #expect(feed.snapshot.keys.map(\.kid).contains(young.kid))
        // On a slow machine some ask after the second is over; never each for himself.
        #expect(auth.opened < 10)
    }
}

@Test func tokenOfAKeyThatNobodyToldUsOfIsTakenAfterAQuestion() async throws {
    let auth = FakeAuth(AccessState(cursor: 1, keys: [jwk(SigningKey())], revokedSessions: []))
    try await withFeed(auth) { feed in
        try await eventually { feed.current() != nil }
        let young = SigningKey()
        auth.prepare { $0.keys.append(jwk(young)) }
        let authenticator = Authenticator(
            feed: feed, resolutions: Resolutions(ask: { _ in throw RPCFault.internal }), logger: quiet)
        let now = Instant.now.milliseconds / 1000
        let token = try AccessTokenSigner(young).sign(
            AccessClaims(
                iss: "https://ibpipeline.local", aud: "ibpipeline", sub: UUID(), sid: UUID(), role: "banker", iat: now,
                exp: now + 600))
        #expect(try await authenticator.caller(.accessToken(Substring(token))).expiry == now + 600)
    }
}

@Test func keySetWithAKeyOfAnotherKindOrOneNameTwiceIsRefused() throws {
    let good = jwk(SigningKey())
    var other = jwk(SigningKey())
    other.alg = "HS256"
    var twin = jwk(SigningKey())
    twin.kid = good.kid
    var encrypting = jwk(SigningKey())
    encrypting.use = "enc"
    for bad in [other, twin, encrypting] {
        #expect(throws: AccessSnapshot.KeySetFault.self) {
            try AccessSnapshot.empty(issuer: "i", audience: "a").taking(
                AccessState(cursor: 1, keys: [good, bad], revokedSessions: []), issuer: "i", audience: "a", now: .now)
        }
    }
}

@Test func revocationIsForgottenWhenItsTokensAreDeadAnyway() throws {
    let now = Instant.now
    let session = UUID()
    let key = jwk(SigningKey())
    func taking(_ snapshot: AccessSnapshot, _ revoked: [UUID], _ cursor: Int64, _ now: Instant) throws -> AccessSnapshot
    {
        try snapshot.taking(
            AccessState(cursor: cursor, keys: [key], revokedSessions: revoked), issuer: "i", audience: "a", now: now)
    }
    let first = try taking(.empty(issuer: "i", audience: "a"), [session], 1, now)
    #expect(first.revoked[session] != nil)
    #expect(try taking(first, [], 1, now) === first)
    let later = try taking(first, [], 1, now.advanced(bySeconds: AccessSnapshot.rememberSeconds))
    #expect(later.revoked.isEmpty)
    #expect(later.epoch == first.epoch)
}
