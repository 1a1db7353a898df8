import Contracts
import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RPC
import Testing
import Tokens

@testable import gateway

private struct Desk {
    let key = SigningKey()
    let authenticator: Authenticator

    init() throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let secret = try #require(HandshakeSecret(Array(repeating: 1, count: 32)))
        let client = RPCClient(
            .init(host: "127.0.0.1", port: 1, peer: "auth", service: "gateway", secret: secret),
            group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        let feed = AccessFeed(auth: client, issuer: "https://ibpipeline.local", audience: "ibpipeline", logger: quiet)
        authenticator = Authenticator(feed: feed, logger: quiet)
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

    func status(_ headers: HTTPHeaders) -> UInt? {
        do {
            return try authenticator.identity(headers) == nil ? 0 : 200
        } catch {
            return error.status.code
        }
    }
}

@Test func goodTokenIsAnIdentityAndIsRememberedOnce() throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let token = try desk.token()
    for _ in 0..<3 { #expect(desk.status(["Authorization": "Bearer \(token)"]) == 200) }
    #expect(desk.authenticator.verified.count == 1)
}

@Test func revokedSessionIsRefusedThoughItsTokenIsRemembered() throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let session = UUID()
    let token = try desk.token(session: session)
    #expect(desk.status(["Authorization": "Bearer \(token)"]) == 200)
    try desk.take([desk.jwk], revoked: [session])
    #expect(desk.status(["Authorization": "Bearer \(token)"]) == 401)
}

@Test func keyThatIsGoneTakesItsTokensAlong() throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let token = try desk.token()
    #expect(desk.status(["Authorization": "Bearer \(token)"]) == 200)
    let other = SigningKey().publicKey
    try desk.take([JSONWebKey(x: other.x, y: other.y, kid: other.thumbprint)])
    #expect(desk.status(["Authorization": "Bearer \(token)"]) == 401)
}

@Test func withoutWordFromAuthNobodyIsLetIn() throws {
    let desk = try Desk()
    #expect(desk.status(["Authorization": "Bearer \(try desk.token())"]) == 503)
}

@Test func credentialsInAnyOtherFormAreRefused() throws {
    let desk = try Desk()
    try desk.take([desk.jwk])
    let token = try desk.token()
    #expect(desk.status([:]) == 0)
    #expect(desk.status(["Authorization": "Basic dTpw"]) == 401)
    #expect(desk.status(["Authorization": "Bearer"]) == 401)
    #expect(desk.status(["Authorization": "Bearer  \(token)"]) == 401)
    #expect(desk.status(["Authorization": "Bearer \(token) "]) == 401)
    #expect(desk.status(["Authorization": "bearer \(token)"]) == 200)
    #expect(
        desk.status(HTTPHeaders([("Authorization", "Bearer \(token)"), ("Authorization", "Bearer \(token)")])) == 401)
    #expect(desk.status(["Authorization": "Bearer \(try desk.token(role: "root"))"]) == 401)
}

@Test func faultsBecomeTheirStatus() {
    for (fault, status) in [
        (RPCFault.notFound("deal"), 404), (.invalid([]), 422), (.forbidden(""), 403), (.internal, 500),
        (RPCFault(.aborted, "version_mismatch", ""), 412), (RPCFault(.failedPrecondition, "version_required", ""), 428),
        (RPCFault(.failedPrecondition, "rules_unmet", ""), 422), (RPCFault(.invalidArgument, "json_invalid", ""), 400),
        (RPCFault(.resourceExhausted, "busy", ""), 503), (RPCFault(.unavailable, "x", ""), 503),
        (RPCFault(.deadlineExceeded, "x", ""), 504), (RPCFault(.alreadyExists, "x", ""), 409),
    ] as [(RPCFault, UInt)] {
        #expect(Problem(fault).status.code == status, "\(fault.code)")
    }
}

@Test func problemIsRFC9457WithTheCurrentStateInside() throws {
    var fault = RPCFault(
        .aborted, "version_mismatch", "Stale.", errors: [FieldFault("value", "changed", "has changed")])
    fault.current = #"{"version":3}"#
    let response = Problem(fault).response(instance: "/api/deals/1", requestID: "r")
    #expect(response.headers["content-type"] == ["application/problem+json"])
    let body = try #require(response.body)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
    #expect(json["status"] as? Int == 412)
    #expect(json["code"] as? String == "version_mismatch")
    #expect((json["current"] as? [String: Any])?["version"] as? Int == 3)
    #expect((json["errors"] as? [[String: Any]])?.first?["field"] as? String == "value")
}
