import Foundation
import Testing

@testable import auth

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
