import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// A browser that does not follow by itself, so that every step can be looked at.
private struct Steps {
    let url: String
    let client: HTTPClient

    static func with(_ url: String, _ body: (Steps) async throws -> Void) async throws {
        let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
        do { try await body(Steps(url: url, client: client)) } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    func get(_ path: String, cookie: String? = nil) async throws -> (HTTPClientResponse, text: String) {
        var request = HTTPClientRequest(url: url + path)
        if let cookie { request.headers.add(name: "Cookie", value: cookie) }
        let response = try await client.execute(request, timeout: .seconds(20))
        return (response, String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    /// Where the provider is asked, and the cookie that goes with it.
    func start(_ returnTo: String) async throws -> (location: String, cookie: String) {
        let (response, text) = try await get("/api/auth/oidc/start?returnTo=\(returnTo)")
        #expect(response.status == .found, "\(text)")
        let cookie = try #require(response.headers.first(name: "set-cookie"))
        for attribute in ["__Host-ibp-oidc=", "Secure", "HttpOnly", "SameSite=Lax"] {
            #expect(cookie.contains(attribute))
        }
        let location: String = try #require(response.headers.first(name: "location"))
        return (location, String(cookie.prefix { $0 != ";" }))
    }

    func callback(_ query: String?, cookie: String?) async throws -> (HTTPClientResponse, text: String) {
        try await get("/api/auth/oidc/callback?\(query ?? "")", cookie: cookie)
    }
}

private let person = #"{"email":"ana@firm.example","email_verified":true,"name":"Ana","groups":["staff","bankers"]}"#

/// Signs in with a real provider through the public door, and meets what can go wrong on the way.
@Test(.enabled(if: MockProvider.isHere), .timeLimit(.minutes(5)))
func companyAccountSignsIn() async throws {
    let provider = try MockProvider()
    defer { provider.stop() }
    try await provider.put("ana", person)
    let settings = [
        "IBP_OIDC_ISSUER": provider.issuer, "IBP_OIDC_CLIENT_ID": "ibpipeline", "IBP_OIDC_CLIENT_SECRET": "secret",
        "IBP_OIDC_REDIRECT_URL": "http://localhost:8080/api/auth/oidc/callback", "IBP_OIDC_NAME": "Firm ID",
        "IBP_OIDC_ROLES": "compliance=compliance,bankers=banker",
    ]
    try await Cluster.with(environment: Root.settings.merging(settings) { $1 }) { cluster in
        try await Steps.with(cluster.url) { browser in
            let methods = try await Browser(url: cluster.url).get("/api/auth/methods")
            #expect(methods.json["oidc"]["name"].string == "Firm ID")
            #expect(methods.json["password"].bool == true)

            let (cookie, code) = try await expectSignIn(browser, provider)
            try await expectRefusals(browser, provider)
            try await expectRoleOfTheProvider(browser, provider, cookie)
            #expect(!cluster.log.contains(code))

            provider.stop()
            let away = try await browser.get("/api/auth/oidc/start")
            #expect(away.0.status == .found, "the documents are remembered")
            let elsewhere = try await browser.get("/api/auth/oidc/start?returnTo=//evil.example")
            #expect(elsewhere.0.status == .unprocessableEntity)
        }
    }
}

/// Once, and only in the browser that began it. The cookie of the session, and the provider's code that led to it.
private func expectSignIn(
    _ browser: Steps, _ provider: MockProvider
) async throws -> (cookie: (String, String), code: String) {
    let started = try await browser.start("/deals%3Ftab%3Dmine")
    let answer = try await provider.authorize(started.location, "sub=ana")
    #expect(answer.path == "/api/auth/oidc/callback")
    let stranger = try await browser.callback(answer.percentEncodedQuery, cookie: nil)
    #expect(stranger.0.headers["location"] == ["/?signin=failed&code=expired"])

    let (signedIn, page) = try await browser.callback(
        (answer.percentEncodedQuery ?? "") + "&session_state=x", cookie: started.cookie)
    #expect(signedIn.status == .ok, "\(signedIn.headers)")
    #expect(page.contains("url=/deals?tab=mine\""))
    #expect(signedIn.headers["content-security-policy"].first?.contains("sandbox") == false)
    let session = try #require(signedIn.headers["set-cookie"].first { $0.hasPrefix("__Host-ibp=") })
    #expect(session.contains("SameSite=Strict"))
    let cookie = ("Cookie", String(session.prefix { $0 != ";" }))
    let ana = try await Browser(url: browser.url).send(.GET, "/api/users/me", headers: [cookie])
    #expect(ana.json["email"].string == "ana@firm.example")
    #expect(ana.json["role"].string == "banker")

    let again = try await browser.callback(answer.percentEncodedQuery, cookie: started.cookie)
    #expect(again.0.status == .seeOther)
    #expect(again.0.headers["location"] == ["/?signin=failed&code=expired"])
    return (cookie, answer.queryItems?.first { $0.name == "code" }?.value ?? "no code")
}

/// Who says no at the provider, and who has no role here.
private func expectRefusals(_ browser: Steps, _ provider: MockProvider) async throws {
    let denied = try await browser.start("/")
    let no = try await provider.authorize(denied.location, "action=deny")
    let state = URLComponents(string: denied.location)?.queryItems?.first { $0.name == "state" }?.value ?? ""
    // This provider leaves the state out of a refusal (RFC 6749 section 4.1.2.1 wants it).
    let refusal = try await browser.callback("\(no.percentEncodedQuery ?? "")&state=\(state)", cookie: denied.cookie)
    #expect(refusal.0.headers["location"] == ["/?signin=failed&code=denied"])

    try await provider.put("bo", #"{"email":"bo@firm.example","email_verified":true,"groups":["guests"]}"#)
    let guest = try await browser.start("/")
    let hello = try await provider.authorize(guest.location, "sub=bo")
    let outside = try await browser.callback(hello.percentEncodedQuery, cookie: guest.cookie)
    #expect(outside.0.headers["location"] == ["/?signin=failed&code=no_role"])
}

/// A sign-in with other groups ends what the role before had opened.
private func expectRoleOfTheProvider(
    _ browser: Steps, _ provider: MockProvider, _ cookie: (String, String)
) async throws {
    try await provider.put("ana", person.replacing("bankers", with: "compliance"))
    let next = try await browser.start("/")
    let back = try await provider.authorize(next.location, "sub=ana")
    #expect(try await browser.callback(back.percentEncodedQuery, cookie: next.cookie).0.status == .ok)
    _ = try await eventually("the end of what the old role gave") {
        let answer = try await Browser(url: browser.url).send(.GET, "/api/users/me", headers: [cookie])
        return answer.status == 401 ? true : nil
    }
}
