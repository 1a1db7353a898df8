import Contracts
import Crypto
import Foundation
import NIOHTTP1
import Tokens

/// What a request shows to say who sends it, told apart by its form alone.
enum Credential: Sendable, Equatable {
    /// A signed token (RFC 9068), to be verified here.
    case accessToken(Substring)
    /// For auth to say what it stands for.
    case personalToken(PersonalTokenSecret)
    case webSession(Substring)

    /// Nil when the request brings none.
    /// - Throws: `Problem`: 400 for what cannot be understood (RFC 6750 section 3.1), 401 for another scheme.
    init?(_ headers: HTTPHeaders) throws(Problem) {
        var cookie: Substring?
        var authorization: String?
        for (name, value) in headers {
            switch name.utf8.count {
            case 6 where Self.isField(name, "cookie"): try Self.find(&cookie, in: value)
            case 13 where Self.isField(name, "authorization"):
                guard authorization == nil else { throw .badCredentials("Send one Authorization field.") }
                authorization = value
            default: break
            }
        }
        guard let field = authorization else {
            guard let cookie else { return nil }
            self = .webSession(cookie)
            return
        }
        guard cookie == nil else {
            throw .badCredentials("Send either the session cookie or an Authorization field, not both.")
        }
        let scheme = field.utf8.prefix { $0 != 0x20 }
        guard Self.isField(Substring(scheme), "bearer") else {
            throw .unauthenticated("Send Authorization: Bearer and a token.", error: nil)
        }
        let token = Substring(field.utf8.dropFirst(scheme.count + 1))
        guard let first = token.utf8.first, first != 0x20, token.utf8.last != 0x20 else {
            throw .badCredentials("Send Authorization: Bearer, one space, and a token.")
        }
        guard token.utf8.starts(with: PersonalTokenSecret.prefix.utf8) else {
            self = .accessToken(token)
            return
        }
        guard let secret = PersonalTokenSecret(text: token) else {
            throw .unauthenticated("This personal access token is mistyped.", error: "invalid_token")
        }
        self = .personalToken(secret)
    }

    /// What cannot be one of ours, such as what is left of a deleted one, is none.
    private static func find(_ found: inout Substring?, in field: String) throws(Problem) {
        for value in Cookie.session.values(in: field) where Cookie.isSecret(value) {
            guard found == nil else { throw .badCredentials("The session cookie is there twice.") }
            found = value
        }
    }

    /// - Parameter lowercase: of ASCII letters.
    private static func isField(_ text: some StringProtocol, _ lowercase: StaticString) -> Bool {
        lowercase.withUTF8Buffer { name in text.utf8.elementsEqual(name) { $0 | 0x20 == $1 } }
    }
}

extension Credential {
    /// What auth is asked about; nil for what is verified here.
    var opaque: (OpaqueCredential.Kind, SHA256Digest)? {
        switch self {
        case .accessToken: nil
        case .personalToken(let secret): (.personalToken, secret.digest)
        case .webSession(let secret): (.webSession, SHA256.hash(data: Data(secret.utf8)))
        }
    }
}
