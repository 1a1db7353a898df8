import Contracts
import ServiceKit
import Testing

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
