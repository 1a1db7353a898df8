import Contracts
import Foundation
import RPC
import ServiceKit
import Testing
import Tokens

@testable import auth

struct OpenIDSettingsTests {
    static let whole = [
        "IBP_OIDC_ISSUER": "https://id.bank.test", "IBP_OIDC_CLIENT_ID": "ibpipeline",
        "IBP_OIDC_REDIRECT_URL": "https://deals.bank.test/api/auth/oidc/callback", "IBP_OIDC_ROLES": "bankers=banker",
    ]

    func settings(_ environment: [String: String]) throws -> OpenIDSettings? {
        var reader = SettingsReader(environment: environment)
        let settings = try OpenIDSettings.read(&reader)
        try reader.refuseUnknown(process: "auth")
        return settings
    }

    func with(_ more: [String: String]) -> [String: String] { Self.whole.merging(more) { $1 } }

    @Test func nothingSetIsOff() throws { #expect(try settings([:]) == nil) }

    @Test func defaultsAreThoseOfACommonProvider() throws {
        let settings = try #require(try settings(Self.whole))
        #expect(settings.name == "company account")
        #expect(settings.groupsClaim == "groups")
        #expect(settings.scopes == "openid profile email")
        #expect(settings.provisions)
        #expect(!settings.trustsEmail)
        #expect(settings.clientSecret == nil)
        #expect(settings.contexts == [])
    }

    @Test func partOfItIsAnErrorThatNamesTheRest() {
        for name in Self.whole.keys {
            var part = Self.whole
            part[name] = nil
            let error = #expect(throws: SettingsError.self) { try settings(part) }
            #expect(error?.description.contains(name) == true)
        }
        for lone in ["IBP_OIDC_CLIENT_SECRET", "IBP_OIDC_NAME"] {
            #expect(throws: SettingsError.self) { try settings([lone: "x"]) }
        }
    }

    @Test func optionsAreTakenOver() throws {
        let settings = try #require(
            try settings(
                with([
                    "IBP_OIDC_CLIENT_SECRET": "s", "IBP_OIDC_NAME": "Bank ID", "IBP_OIDC_GROUPS_CLAIM": "roles",
                    "IBP_OIDC_PROVISION": "off", "IBP_OIDC_EMAIL_TRUSTED": "on", "IBP_OIDC_SCOPES": "openid groups",
                    "IBP_OIDC_ACR": "mfa hwk",
                ])))
        #expect(settings.clientSecret == "s")
        #expect(settings.name == "Bank ID")
        #expect(settings.groupsClaim == "roles")
        #expect(!settings.provisions)
        #expect(settings.trustsEmail)
        #expect(settings.scopes == "openid groups")
        #expect(settings.contexts == ["mfa", "hwk"])
    }

    @Test(arguments: [
        ("IBP_OIDC_ISSUER", "http://id.bank.test"), ("IBP_OIDC_ISSUER", "id.bank.test"),
        ("IBP_OIDC_ISSUER", "https://id.bank.test?a=b"), ("IBP_OIDC_ISSUER", "https://a:b@id.bank.test"),
        ("IBP_OIDC_ISSUER", "https://id.bank.test#x"), ("IBP_OIDC_ISSUER", "https://id.bank.test/ x"),
        ("IBP_OIDC_REDIRECT_URL", "https://deals.bank.test/"),
        ("IBP_OIDC_REDIRECT_URL", "http://deals.bank.test/api/auth/oidc/callback"),
        ("IBP_OIDC_REDIRECT_URL", "https://deals.bank.test/x/api/auth/oidc/callback"),
        ("IBP_OIDC_ROLES", "bankers"), ("IBP_OIDC_ROLES", "bankers=king"), ("IBP_OIDC_ROLES", "=banker"),
        ("IBP_OIDC_ROLES", "a=banker,a=admin"), ("IBP_OIDC_ROLES", "cn=admin,ou=groups=banker"),
        ("IBP_OIDC_ROLES", "a=banker,"), ("IBP_OIDC_PROVISION", "yes"), ("IBP_OIDC_SCOPES", "profile email"),
        ("IBP_OIDC_NAME", String(repeating: "n", count: 61)),
    ])
    func badValuesStopTheStart(_ name: String, _ value: String) {
        let error = #expect(throws: SettingsError.self) { try settings(with([name: value])) }
        #expect(error?.description.contains(name) == true)
    }

    @Test func plainHTTPStaysOnThisMachine() throws {
        for host in ["localhost:9400", "127.0.0.1", "[::1]:1"] {
            #expect(try settings(with(["IBP_OIDC_ISSUER": "http://\(host)"])) != nil)
        }
        #expect(throws: SettingsError.self) { try settings(with(["IBP_OIDC_ISSUER": "http://localhost.evil.test"])) }
    }

    @Test func firstGroupThatFitsCounts() throws {
        let roles = try GroupRoles(text: "desk heads=management, bankers=banker,a b/c=observer")
        #expect(roles.role(of: ["bankers", "desk heads"]) == .management)
        #expect(roles.role(of: ["others", "bankers"]) == .banker)
        #expect(roles.role(of: ["a b/c"]) == .observer)
        #expect(roles.role(of: ["Bankers", " bankers"]) == nil)
        #expect(roles.role(of: []) == nil)
        let many = (0...GroupRoles.entriesMax).map { "g\($0)=banker" }.joined(separator: ",")
        #expect(throws: SettingsError.self) { try GroupRoles(text: many) }
    }
}

struct OpenIDFlowTests {
    @Test func flowIsKnownByItsCookieAlone() throws {
        let flow = OpenIDFlow()
        let again = try #require(OpenIDFlow(cookie: flow.cookie))
        #expect([again.state, again.nonce, again.verifier] == [flow.state, flow.nonce, flow.verifier])
        #expect(Set([flow.cookie, flow.state, flow.nonce, flow.verifier, flow.challenge]).count == 5)
        #expect((43...128).contains(flow.verifier.utf8.count))
        for cookie in [nil, "", "x", flow.cookie + "A", String(flow.cookie.dropLast())] {
            #expect(OpenIDFlow(cookie: cookie) == nil)
        }
    }

    @Test func stateIsThatOfTheFlow() {
        let flow = OpenIDFlow()
        #expect(flow.isState(flow.state))
        for state in [nil, "", flow.nonce, OpenIDFlow().state, flow.state + "="] { #expect(!flow.isState(state)) }
    }

    @Test(arguments: [
        "/", "/deals", "/deals/D-2026-0001?tab=team&x=%2F#top", "/" + String(repeating: "a", count: 1023),
    ])
    func pathsOfThisSiteAreReturnedTo(_ path: String) throws { #expect(try ReturnPath(path).text == path) }

    @Test(arguments: [
        "", "deals", "//evil.test", "///evil.test", "/\\evil.test", "\\evil.test", "https://evil.test", "/\t/evil.test",
        "/\n/evil.test", "/a b", "/é", "javascript:alert(1)", "/" + String(repeating: "a", count: 1024), " /",
    ])
    func nothingElseIs(_ path: String) {
        let fault = #expect(throws: RPCFault.self) { try ReturnPath(path) }
        #expect(fault?.errors.map(\.field) == ["returnTo"])
    }

    @Test func startPageIsReturnedToByDefault() throws { #expect(try ReturnPath(nil).text == "/") }

    @Test func clientProvesItselfInEncodedHalves() {
        #expect(
            TokenExchange.basic("a:b", "c d+é") == "Basic " + Data("a%3Ab:c%20d%2B%C3%A9".utf8).base64EncodedString())
    }
}

struct ProviderMetadataTests {
    static let whole: [String: any Sendable] = [
        "issuer": "https://id.bank.test", "authorization_endpoint": "https://id.bank.test/authorize?tenant=1",
        "token_endpoint": "https://tokens.bank.test/token", "jwks_uri": "https://id.bank.test/keys",
        "response_types_supported": ["code", "id_token"], "id_token_signing_alg_values_supported": ["RS256"],
    ]

    func metadata(_ more: [String: any Sendable], isPublic: Bool = false) throws -> ProviderMetadata {
        try ProviderMetadata(
            try IDTokenForge.json(Self.whole.merging(more) { $1 }), issuer: "https://id.bank.test", isPublic: isPublic)
    }

    @Test func requestIsAppendedToTheEndpointsOwnQuery() throws {
        let roles = try GroupRoles(text: "bankers=banker")
        var settings = OpenIDSettings(
            issuer: "https://id.bank.test", clientID: "a b", redirectURL: "https://x.test/cb", roles: roles)
        settings.contexts = ["mfa", "hwk"]
        let flow = OpenIDFlow()
        let location = flow.location(settings, try metadata([:]))
        #expect(location.hasPrefix("https://id.bank.test/authorize?tenant=1&response_type=code&client_id=a%20b&"))
        let items = try #require(URLComponents(string: location)?.queryItems)
        let query = Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value) })
        #expect(query["redirect_uri"] == "https://x.test/cb")
        #expect(query["scope"] == "openid profile email")
        #expect(query["state"] == flow.state)
        #expect(query["nonce"] == flow.nonce)
        #expect(query["code_challenge"] == flow.challenge)
        #expect(query["code_challenge_method"] == "S256")
        #expect(query["acr_values"] == "mfa hwk")
        #expect(!location.contains(flow.verifier))
        #expect(!location.contains(flow.cookie))
    }

    @Test func proofIsWhatTheProviderTakes() throws {
        #expect(try metadata([:]).clientProof == .basic)
        let key = "token_endpoint_auth_methods_supported"
        #expect(try metadata([key: ["client_secret_post"]]).clientProof == .post)
        #expect(try metadata([key: ["client_secret_post", "client_secret_basic"]]).clientProof == .basic)
        #expect(try metadata([key: ["private_key_jwt"]], isPublic: true).clientProof == .none)
        #expect(throws: ProviderFailure.unsupported(key)) { try metadata([key: ["private_key_jwt"]]) }
    }

    @Test func otherIssuersDocumentIsNotTaken() {
        for issuer in ["https://id.bank.test/", "https://evil.test"] {
            #expect(throws: ProviderFailure.issuer) { try metadata(["issuer": issuer]) }
        }
    }

    @Test(arguments: ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
    func endpointsAreSafeURLs(_ name: String) {
        for url in ["http://id.bank.test/x", "javascript:alert(1)", "/x", "https://id.bank.test/\u{D}\u{A}x"] {
            #expect(throws: ProviderFailure.endpoint(name)) { try metadata([name: url]) }
        }
    }

    @Test(arguments: [
        ("response_types_supported", ["id_token"]), ("code_challenge_methods_supported", ["plain"]),
        ("id_token_signing_alg_values_supported", ["HS256"]),
    ])
    func providersWithoutWhatWeNeedAreRefused(_ name: String, _ values: [String]) {
        #expect(throws: ProviderFailure.unsupported(name)) { try metadata([name: values]) }
    }
}

struct SnapshotRuleTests {
    func answer(age: Int64, unfit: Bool = false, tried: Int64? = nil) -> SnapshotRule.Answer {
        let now = Instant(milliseconds: 1_800_000_000_000)
        let fetched = now.advanced(bySeconds: -age)
        return SnapshotRule.answer(
            fetchedAt: fetched, unfit: unfit ? fetched : nil, triedAt: tried.map { now.advanced(bySeconds: -$0) },
            now: now)
    }

    @Test func documentsAreFetchedHourly() {
        #expect(answer(age: 3599, tried: 3599) == .use)
        #expect(answer(age: 3600, tried: 3600) == .fetchOrUse)
        #expect(answer(age: 3700, tried: 59) == .use)
        #expect(answer(age: 86_399, tried: 60) == .fetchOrUse)
        #expect(answer(age: 86_400, tried: 1) == .fetch)
    }

    @Test func unknownKeyAsksOnceAMinute() {
        #expect(answer(age: 59, unfit: true, tried: 59) == .use)
        #expect(answer(age: 60, unfit: true, tried: 60) == .fetchOrUse)
        #expect(answer(age: 3700, unfit: true, tried: 59) == .use)
    }

    @Test func withoutAnyTheyAreFetched() {
        let now = Instant(milliseconds: 1_800_000_000_000)
        #expect(SnapshotRule.answer(fetchedAt: nil, unfit: nil, triedAt: now, now: now) == .fetch)
    }
}

struct LinkRuleTests {
    func user(_ role: Role = .banker, _ status: UserStatus = .active) -> User {
        let now = Instant(milliseconds: 1)
        return User(
            id: UUID(), email: "bea@bank.test", name: "Bea", role: role, status: status, version: 1, createdAt: now,
            updatedAt: now)
    }

    @Test func emailThatIsVouchedForLinksOnce() throws {
        let email = try #require(EmailAddress("bea@bank.test"))
        let bea = user()
        #expect(LinkRule.decide(email: email, user: bea, hasIdentity: false, provisions: false) == .link(bea))
        #expect(LinkRule.decide(email: email, user: bea, hasIdentity: true, provisions: true) == .refuse)
        #expect(LinkRule.decide(email: nil, user: bea, hasIdentity: false, provisions: true) == .refuse)
        #expect(LinkRule.decide(email: nil, user: nil, hasIdentity: false, provisions: true) == .refuse)
    }

    @Test func administratorsAndDisabledUsersAreNotTakenOver() throws {
        let email = try #require(EmailAddress("bea@bank.test"))
        for other in [user(.admin), user(.banker, .disabled)] {
            #expect(LinkRule.decide(email: email, user: other, hasIdentity: false, provisions: true) == .refuse)
        }
    }

    @Test func usersAreMadeWhereThatIsOn() throws {
        let email = try #require(EmailAddress("bea@bank.test"))
        #expect(
            LinkRule.decide(email: email, user: nil, hasIdentity: false, provisions: true)
                == .create(email))
        #expect(LinkRule.decide(email: email, user: nil, hasIdentity: false, provisions: false) == .refuse)
    }

    @Test func lastAdministratorStaysOne() {
        #expect(LinkRule.role(.banker, of: user(.admin), otherActiveAdministrators: 0) == .admin)
        #expect(LinkRule.role(.banker, of: user(.admin), otherActiveAdministrators: 1) == .banker)
        #expect(LinkRule.role(.admin, of: user(.banker), otherActiveAdministrators: 0) == .admin)
        #expect(LinkRule.role(.observer, of: user(.banker), otherActiveAdministrators: 0) == .observer)
    }
}

struct ProvenPersonTests {
    func person(
        _ claims: [String: TokenJSON], _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> ProvenPerson {
        var settings = OpenIDSettings(
            issuer: "https://id.bank.test", clientID: "c", redirectURL: "https://x.test/cb",
            roles: try GroupRoles(text: "a=banker"))
        change(&settings)
        return ProvenPerson(claims, settings)
    }

    @Test func emailCountsWhenTheProviderVouchesForIt() throws {
        let email = TokenJSON.string("bea@bank.test")
        for said in [TokenJSON.bool(true), .string("true")] {
            #expect(try person(["email": email, "email_verified": said]).email?.text == "bea@bank.test")
        }
        for said in [TokenJSON.bool(false), .string("false"), .integer(1), .null] {
            #expect(try person(["email": email, "email_verified": said]) { $0.trustsEmail = true }.email == nil)
        }
        #expect(try person(["email": email]).email == nil)
        #expect(try person(["email": email]) { $0.trustsEmail = true }.email != nil)
        #expect(try person(["email": .string("bea"), "email_verified": .bool(true)]).email == nil)
    }

    @Test func nameIsOneLineOfBoundedLength() throws {
        #expect(try person(["name": .string(" Bea\nMiller ")]).name == "BeaMiller")
        #expect(try person(["preferred_username": .string("bea"), "name": .string(" ")]).name == "bea")
        let email: [String: TokenJSON] = ["email": .string("bea@bank.test"), "email_verified": .bool(true)]
        #expect(try person(email).name == "bea")
        #expect(try person([:]).name == "Unnamed")
        #expect(try person(["name": .string(String(repeating: "é", count: 200))]).name.unicodeScalars.count == 120)
    }

    @Test func emailIsVerifiedByWhoSaysIt() {
        let mine = TokenJSON.string("own@bank.test")
        let chief = TokenJSON.string("chief@bank.test")
        let vouched = ["email": mine, "email_verified": .bool(true), "sub": .string("u-2"), "groups": .string("a")]
        let unvouched = ProvenPerson.completed(["sub": .string("u-1"), "email": chief], by: vouched)
        #expect(unvouched == ["sub": .string("u-1"), "email": chief, "groups": .string("a")])
        let other = ProvenPerson.completed(
            ["sub": .string("u-1"), "email_verified": .bool(true)], by: ["email": chief])
        #expect(other == ["sub": .string("u-1"), "email": chief])
        #expect(ProvenPerson.completed(["sub": .string("u-1")], by: vouched)["email_verified"] == .bool(true))
    }

    @Test func groupsAreAListOrOne() throws {
        #expect(try person(["groups": .array([.string("a"), .integer(1), .string("b")])]).groups == ["a", "b"])
        #expect(try person(["groups": .string("a")]).groups == ["a"])
        #expect(try person(["roles": .string("a")]) { $0.groupsClaim = "roles" }.groups == ["a"])
        #expect(try person([:]).groups == [])
    }
}
