import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Testing

@testable import gateway

private let now = Instant(milliseconds: 1_800_000_000_000)

private func reply(_ value: some Encodable) throws -> RPCReply {
    RPCReply(body: ByteBuffer(bytes: try StrictJSON.encode(value)))
}

private func finished(_ returnTo: String) throws -> HTTPResponse {
    let user = User(
        id: UUID(), email: "bea@bank.test", name: "Bea", role: .banker, status: .active, version: 1, createdAt: now,
        updatedAt: now)
    let session = WebSession(secret: "s-1", expiresAt: now.advanced(bySeconds: 60), user: user)
    return try OpenIDDoor.finished(
        try reply(OpenIDSignedIn(session: session, returnTo: returnTo)), isSecure: true, now: now)
}

private func text(_ response: HTTPResponse) -> String { response.body.map { String(buffer: $0) } ?? "" }

@Test func browserIsSentToTheProviderWithACookieThatComesBack() throws {
    let started = OpenIDStarted(
        location: "https://id.bank.test/authorize?x=1", secret: "s-1", expiresAt: now.advanced(bySeconds: 600))
    let response = try OpenIDDoor.started(try reply(started), now: now)
    #expect(response.status == .found)
    #expect(response.headers["location"] == ["https://id.bank.test/authorize?x=1"])
    #expect(
        response.headers["set-cookie"]
            == ["__Host-ibp-oidc=s-1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"])
}

@Test func signedInBrowserGoesOnFromAPageOfOurs() throws {
    let response = try finished("/deals?a=1&b=2")
    #expect(response.status == .ok)
    #expect(response.headers["location"] == [])
    #expect(response.headers["cache-control"] == ["no-store"])
    #expect(
        response.headers["set-cookie"] == [
            "__Host-ibp=s-1; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60",
            "__Host-ibp-oidc=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
        ])
    #expect(text(response).contains(#"<meta http-equiv="refresh" content="0;url=/deals?a=1&amp;b=2">"#))
    #expect(!text(response).contains("<script"))
    #expect(!text(response).contains("s-1"))
    // `sandbox` forbids a page to go on by itself.
    #expect(response.preset?.fields.contains { $0.value.contains("sandbox") } == false)
}

@Test func pathStaysWithinItsAttribute() throws {
    let page = text(try finished(#"/x"><script>alert('1')</script>"#))
    #expect(!page.contains("<script"))
    #expect(page.contains("url=/x&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\""))
}

@Test func failureLeadsToTheStartPageAndSaysNoMoreThanACode() {
    for failure in OpenIDFailure.allCases {
        let response = OpenIDDoor.failed(RPCFault(.failedPrecondition, failure.rawValue, "Details."))
        #expect(response.status == .seeOther)
        #expect(response.headers["location"] == ["/?signin=failed&code=\(failure.rawValue)"])
        #expect(response.body == nil)
        #expect(response.headers["set-cookie"].isEmpty == (failure == .expired))
    }
    for error: any Error in [RPCFault(.unavailable, "busy", "Busy."), RPCFault.internal, CancellationError()] {
        #expect(OpenIDDoor.failed(error).headers["location"] == ["/?signin=failed&code=unavailable"])
    }
}

@Test func providersMayAddToTheirAnswer() throws {
    let query = "state=s&code=c%2F1&session_state=x&scope=openid+email&secret=mine"
    let json = try QueryParameter.json(query, .openIDCallback, ignoresOthers: true)
    #expect(String(decoding: json, as: UTF8.self) == #"{"state":"s","code":"c/1"}"#)
    let callback = try StrictJSON.decode(OpenIDCallback.self, from: Data(json))
    #expect(callback.secret == nil)
    #expect(throws: RPCFault.self) {
        try QueryParameter.json("state=s&state=t", .openIDCallback, ignoresOthers: true)
    }
    #expect(throws: RPCFault.self) { try QueryParameter.json(query, .openIDStart) }
}

@Test func parametersOfASignInAreFieldsOfItsInput() {
    for (parameters, type) in [
        ([QueryParameter].openIDStart, JSONSchema.of(OpenIDStart.self)),
        (.openIDCallback, .of(OpenIDCallback.self)),
    ] {
        guard case .object(let properties) = type else {
            Issue.record("not an object")
            return
        }
        #expect(Set(parameters.map(\.name)).isSubset(of: properties.map(\.name)))
    }
}
