import NIOHTTP1

// Refusals of credentials, with the `WWW-Authenticate` that says what is wanted (RFC 6750 section 3).
extension Problem {
    private static let realm = "Bearer realm=\"ibpipeline\""

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

    /// What goes with a service's own 401. RFC 9470 section 3 where the sign-in is too old for what was asked.
    static func challenge(_ code: String) -> String {
        guard code == "insufficient_user_authentication" else { return realm }
        return "\(realm), error=\"\(code)\", max_age=\"300\""
    }
}
