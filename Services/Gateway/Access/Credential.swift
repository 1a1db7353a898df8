import Crypto
import Foundation
import HTTPServer
import NIOHTTP1
import Tokens

/// What a request shows to say who sends it, told apart by its form alone.
enum Credential: Sendable, Equatable {
    /// A signed token (RFC 9068), to be verified here.
    case accessToken(Substring)
    /// For auth to say what it stands for.
    case personalToken(PersonalTokenSecret)
    case webSession(Substring)

    /// The prefix makes browsers take it from a page of this very host over TLS only, and give it to no other
    /// (RFC 6265bis section 4.1.3).
    static let cookieName = "__Host-ibp"

    /// Nil when the request brings none.
    /// - Throws: `Problem`: 400 for what cannot be understood (RFC 6750 section 3.1), 401 for another scheme.
    init?(_ headers: HTTPHeaders) throws(Problem) {
        let cookie = try Self.cookie(headers)
        let fields = headers["authorization"]
        guard let field = fields.first else {
            guard let cookie else { return nil }
            self = .webSession(cookie)
            return
        }
        guard fields.count == 1 else { throw .badCredentials("Send one Authorization field.") }
        guard cookie == nil else {
            throw .badCredentials("Send either the session cookie or an Authorization field, not both.")
        }
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].lowercased() == "bearer" else {
            throw .unauthenticated("Send Authorization: Bearer and a token.", error: nil)
        }
        guard parts.count == 2, !parts[1].isEmpty, !parts[1].utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) else {
            throw .badCredentials("Send Authorization: Bearer, one space, and a token.")
        }
        guard parts[1].hasPrefix(PersonalTokenSecret.prefix) else {
            self = .accessToken(parts[1])
            return
        }
        guard let secret = PersonalTokenSecret(text: parts[1]) else {
            throw .unauthenticated("This personal access token is mistyped.", error: "invalid_token")
        }
        self = .personalToken(secret)
    }

    /// The value of our cookie. What cannot be one of ours, such as what is left of a deleted one, is none.
    private static func cookie(_ headers: HTTPHeaders) throws(Problem) -> Substring? {
        var found: Substring?
        for field in headers["cookie"] {
            for pair in field.split(separator: ";") {
                let halves = pair.drop { $0 == " " }.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, halves[0] == cookieName else { continue }
                guard found == nil else { throw .badCredentials("The session cookie is there twice.") }
                found = halves[1]
            }
        }
        return found.flatMap { Base64URL.decode($0)?.count == 32 ? $0 : nil }
    }
}

extension Problem {
    static let realm = "Bearer realm=\"ibpipeline\""

    static func badCredentials(_ detail: String) -> Problem {
        Problem(
            .badRequest, "invalid_request", detail,
            headers: ["WWW-Authenticate": "\(realm), error=\"invalid_request\""])
    }

    /// - Parameter error: of RFC 6750 section 3.1; nil when no token was shown at all.
    static func unauthenticated(_ detail: String, error: String?) -> Problem {
        Problem(
            .unauthorized, error ?? "unauthenticated", detail,
            headers: ["WWW-Authenticate": error.map { "\(realm), error=\"\($0)\"" } ?? realm])
    }

    /// - Parameter scope: what a token would need.
    static func forbidden(_ code: String, _ detail: String, scope: String?) -> Problem {
        let scope = scope.map { ", scope=\"\($0)\"" } ?? ""
        return Problem(
            .forbidden, code, detail,
            headers: ["WWW-Authenticate": "\(realm), error=\"insufficient_scope\"\(scope)"])
    }
}
