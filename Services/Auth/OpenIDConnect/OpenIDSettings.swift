import Foundation
import ServiceKit

/// The company's OpenID provider, as an operator names it: `IBP_OIDC_…`.
struct OpenIDSettings: Sendable {
    static let callbackPath = "/api/auth/oidc/callback"
    private static let nameLengths = 1...60

    var issuer: String
    var clientID: String
    /// Nil for a public client, which proves itself by PKCE alone.
    var clientSecret: String?
    /// Where the provider sends the browser back to: `callbackPath` at the public door.
    var redirectURL: String
    var roles: GroupRoles
    /// What the button on the sign-in page says.
    var name = "company account"
    var groupsClaim = "groups"
    /// Whether a first sign-in makes a user.
    var provisions = true
    /// Whether an e-mail counts as verified though the provider does not say so.
    var trustsEmail = false
    var scopes = "openid profile email"
    /// Authentication context classes (`acr`), one of which the provider must have used; empty for any.
    var contexts: [String] = []
    /// For one answer of the provider, from the first byte sent to the last received.
    var timeout = Duration.seconds(5)

    init(
        issuer: String, clientID: String, clientSecret: String? = nil, redirectURL: String, roles: GroupRoles
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.redirectURL = redirectURL
        self.roles = roles
    }
}

extension OpenIDSettings {
    /// Nil when nothing of it is set.
    static func read(_ reader: inout SettingsReader) throws -> OpenIDSettings? {
        let issuer = try reader.optionalString("oidc.issuer", "URL of the OpenID provider, exactly as it names itself")
        let client = try reader.optionalString("oidc.client.id", "name under which the provider knows us")
        let secret = try reader.secret("oidc.client.secret", "secret of that client; none for a public client")
        let redirect = try reader.optionalString("oidc.redirect.url", "public URL that ends in \(callbackPath)")
        let roles = try reader.optionalString("oidc.roles", "GROUP=ROLE,GROUP=ROLE; the first that fits counts")
        let options = try Options(&reader)
        guard [issuer, client, secret, redirect, roles].contains(where: { $0 != nil }) || options.isAny else {
            return nil
        }
        let needed = [("ISSUER", issuer), ("CLIENT_ID", client), ("REDIRECT_URL", redirect), ("ROLES", roles)]
        guard let issuer, let client, let redirect, let roles else {
            let missing = needed.filter { $0.1 == nil }.map { "IBP_OIDC_\($0.0)" }.joined(separator: ", ")
            throw SettingsError("sign-in with an OpenID provider is set up in part; \(missing) is missing")
        }
        guard let url = ProviderURL(issuer), !url.hasQuery else {
            throw SettingsError("IBP_OIDC_ISSUER must be an https URL without query (http for loopback hosts only)")
        }
        guard let back = ProviderURL(redirect), !back.hasQuery, back.path == callbackPath else {
            throw SettingsError(
                "IBP_OIDC_REDIRECT_URL must be https://HOST\(callbackPath) (http for loopback hosts only)")
        }
        var settings = OpenIDSettings(
            issuer: issuer, clientID: client, clientSecret: secret, redirectURL: redirect,
            roles: try GroupRoles(text: roles))
        options.apply(to: &settings)
        return settings
    }

    /// What has a default.
    private struct Options {
        let name, groupsClaim, scopes: String?
        let contexts: [String]?
        let provisions, trustsEmail: Bool?

        init(_ reader: inout SettingsReader) throws {
            name = try reader.optionalString("oidc.name", "what the button says: sign in with …")
            guard name.map({ OpenIDSettings.nameLengths.contains($0.unicodeScalars.count) }) != false else {
                throw SettingsError(
                    "IBP_OIDC_NAME must have at most \(OpenIDSettings.nameLengths.upperBound) characters")
            }
            groupsClaim = try reader.optionalString("oidc.groups.claim", "member of the ID token that lists the groups")
            scopes = try reader.optionalString("oidc.scopes", "scopes to ask for, with spaces between them")
            guard scopes?.split(separator: " ").contains("openid") != false else {
                throw SettingsError("IBP_OIDC_SCOPES must name openid")
            }
            contexts = try reader.optionalString("oidc.acr", "authentication context classes, with spaces between them")
                .map { $0.split(separator: " ").map(String.init) }
            provisions = try reader.onOrOff("oidc.provision", "whether a first sign-in makes a user")
            trustsEmail = try reader.onOrOff(
                "oidc.email.trusted", "whether e-mails count as verified though the provider does not say so")
        }

        var isAny: Bool {
            name != nil || groupsClaim != nil || scopes != nil || contexts != nil || provisions != nil
                || trustsEmail != nil
        }

        func apply(to settings: inout OpenIDSettings) {
            settings.name = name ?? settings.name
            settings.groupsClaim = groupsClaim ?? settings.groupsClaim
            settings.scopes = scopes ?? settings.scopes
            settings.contexts = contexts ?? settings.contexts
            settings.provisions = provisions ?? settings.provisions
            settings.trustsEmail = trustsEmail ?? settings.trustsEmail
        }
    }
}

extension SettingsReader {
    fileprivate mutating func onOrOff(_ key: String, _ help: String) throws -> Bool? {
        switch try optionalString(key, help) {
        case nil: return nil
        case "on": return true
        case "off": return false
        default: throw SettingsError("\(Self.variable(key)) must be on or off: \(help)")
        }
    }
}
