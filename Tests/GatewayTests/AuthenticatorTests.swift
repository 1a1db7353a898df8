import Contracts
import Crypto
import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RPC
import Synchronization
import Testing
import Tokens

@testable import gateway

private struct Desk {
    let key = SigningKey()
    let authenticator: Authenticator

    init(_ ask: @escaping @Sendable (OpaqueCredential) async throws -> ResolvedAccess = { _ in throw RPCFault.nobody })
        throws
    {
        let secret = try #require(HandshakeSecret(Array(repeating: 1, count: 32)))
        let client = RPCClient(
            .init(host: "127.0.0.1", port: 1, peer: "auth", service: "gateway", security: .secret(secret)),
            group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        let feed = AccessFeed(auth: client, issuer: "https://ibpipeline.local", audience: "ibpipeline", logger: quiet)
        authenticator = Authenticator(feed: feed, resolutions: Resolutions(ask: ask), logger: quiet)
    }

    var jwk: JSONWebKey { JSONWebKey(x: key.publicKey.x, y: key.publicKey.y, kid: key.kid) }

    func take(_ keys: [JSONWebKey], revoked: [UUID] = []) throws {
        try authenticator.feed.take(AccessState(cursor: 1, keys: keys, revokedSessions: revoked), now: .now)
    }

    func token(session: UUID = UUID(), role: String = "banker") throws -> String {
        let now = Instant.now.milliseconds / 1000
        return try AccessTokenSigner(key).sign(
            AccessClaims(
                iss: "https://ibpipeline.local", aud: "ibpipeline", sub: UUID(), sid: session, role: role, iat: now,
                exp: now + 600,
                jti: UUID().text))
    }

    func status(_ headers: HTTPHeaders) async -> UInt {
        do {
            guard let credential = try Credential(headers) else { return 0 }
            _ = try await authenticator.caller(credential)
            return 200
        } catch {
            return error.status.code
        }
    }
}

extension RPCFault {
    fileprivate static let nobody = RPCFault(.unauthenticated, "unauthenticated", "Sign in first.")
}

private func access(_ session: UUID = UUID(), scopes: [Permission]? = nil, seconds: Int64 = 3600) -> ResolvedAccess {
    ResolvedAccess(
        subject: UUID(), session: session, role: .banker, scopes: scopes,
        expiresAt: Instant.now.advanced(bySeconds: seconds), signedInAt: .now)
}

@Test func goodTokenIsAnIdentityAndIsRememberedOnce() async throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let token = try desk.token()
    for _ in 0..<3 { #expect(await desk.status(["Authorization": "Bearer \(token)"]) == 200) }
    #expect(desk.authenticator.verified.count == 1)
    #expect(desk.authenticator.known(.accessToken(Substring(token)))?.kind == .accessToken)
}

@Test func revokedSessionIsRefusedThoughItsTokenIsRemembered() async throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let session = UUID()
    let token = try desk.token(session: session)
    #expect(await desk.status(["Authorization": "Bearer \(token)"]) == 200)
    try desk.take([desk.jwk], revoked: [session])
    #expect(await desk.status(["Authorization": "Bearer \(token)"]) == 401)
}

@Test func keyThatIsGoneTakesItsTokensAlong() async throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let token = try desk.token()
    #expect(await desk.status(["Authorization": "Bearer \(token)"]) == 200)
    let other = SigningKey().publicKey
    try desk.take([JSONWebKey(x: other.x, y: other.y, kid: other.thumbprint)])
    #expect(desk.authenticator.known(.accessToken(Substring(token))) == nil)
}

@Test func withoutWordFromAuthNobodyIsLetIn() async throws {
    let desk = try Desk { _ in access() }
    #expect(await desk.status(["Authorization": "Bearer \(try desk.token())"]) == 503)
    #expect(await desk.status(["Authorization": "Bearer \(PersonalTokenSecret().text)"]) == 503)
}

@Test func credentialsInAnyOtherFormAreRefused() async throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let token = try desk.token()
    #expect(await desk.status([:]) == 0)
    #expect(await desk.status(["Authorization": "Basic dTpw"]) == 401)
    #expect(await desk.status(["Authorization": "Bearer"]) == 400)
    #expect(await desk.status(["Authorization": "Bearer  \(token)"]) == 400)
    #expect(await desk.status(["Authorization": "Bearer \(token) "]) == 400)
    #expect(await desk.status(["Authorization": "bearer \(token)"]) == 200)
    let twice = HTTPHeaders([("Authorization", "Bearer \(token)"), ("Authorization", "Bearer \(token)")])
    #expect(await desk.status(twice) == 400)
    #expect(await desk.status(["Authorization": "Bearer \(try desk.token(role: "root"))"]) == 401)
}

@Test func deadTokenIsVerifiedOnceAndRefusedEachTime() async throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let token = try desk.token()
    let dead = "\(token.dropLast())\(token.last == "A" ? "Q" : "A")"
    for _ in 0..<3 { #expect(await desk.status(["Authorization": "Bearer \(dead)"]) == 401) }
    #expect(desk.authenticator.verified.refusedCount == 1)
    #expect(await desk.status(["Authorization": "Bearer \(token)"]) == 200)
    for index in 0..<VerifiedTokens.refusedMax + 10 {
        desk.authenticator.verified.refuse(SHA256.hash(data: Data("\(index)".utf8)), epoch: 1, now: 0)
    }
    #expect(desk.authenticator.verified.refusedCount <= VerifiedTokens.refusedMax)
}

@Test func opaqueCredentialIsAskedAboutOnceHoweverManyBringIt() async throws {
    let asked = Mutex(0)
    let desk = try Desk { _ in
        asked.withLock { $0 += 1 }
        try await Task.sleep(for: .milliseconds(20))
        return access(scopes: [.readDeals])
    }
    try desk.take([desk.jwk])
    let secret = PersonalTokenSecret()
    let headers: HTTPHeaders = ["Authorization": "Bearer \(secret.text)"]
    #expect(desk.authenticator.known(.personalToken(secret)) == nil)
    await withTaskGroup { group in
        for _ in 0..<100 { group.addTask { #expect(await desk.status(headers) == 200) } }
    }
    #expect(asked.withLock { $0 } == 1)
    #expect(desk.authenticator.known(.personalToken(secret))?.scopes == [.readDeals])
    let later = Instant.now.advanced(bySeconds: 60)
    #expect(desk.authenticator.known(.personalToken(secret), now: later) == nil)
}

@Test func opaqueCredentialOfNobodyIsRefusedEachTime() async throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let cookie = Base64URL.encode([UInt8](repeating: 7, count: 32))
    for _ in 0..<2 { #expect(await desk.status(["Cookie": "__Host-ibp=\(cookie)"]) == 401) }
    #expect(await desk.status(["Authorization": "Bearer \(PersonalTokenSecret().text)"]) == 401)
}

@Test func revokedPersonalTokenIsRefusedThoughItIsRemembered() async throws {
    let id = UUID()
    let desk = try Desk { _ in access(id) }
    try desk.take([desk.jwk])
    let headers: HTTPHeaders = ["Authorization": "Bearer \(PersonalTokenSecret().text)"]
    #expect(await desk.status(headers) == 200)
    try desk.take([desk.jwk], revoked: [id])
    #expect(await desk.status(headers) == 401)
}

@Test func authThatIsAwayIsNotARefusal() async throws {
    let desk = try Desk { _ in throw RPCFault(.unavailable, "service_unavailable", "auth does not answer.") }
    try desk.take([desk.jwk])
    #expect(await desk.status(["Authorization": "Bearer \(PersonalTokenSecret().text)"]) == 503)
}
