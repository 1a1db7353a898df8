import HTTPServer
import NIOHTTP1

/// Whether a request was meant by a page of ours: a browser sends the cookie along whoever makes it ask (OWASP CSRF
/// prevention cheat sheet: Fetch Metadata, falling back on Origin; and a request that no form can make).
enum CrossSite {
    /// For a request that the cookie vouches for.
    /// - Throws: `Problem`, 403.
    static func check(_ head: HTTPHead) throws(Problem) {
        guard !["GET", "HEAD", "OPTIONS"].contains(head.method) else { return }
        guard isOwn(head) == true else { throw refused }
        let type = head.headers["content-type"].first?.lowercased() ?? ""
        guard
            type.hasPrefix("application/json") || type.hasPrefix("application/merge-patch+json")
                || head.headers["x-ibp-csrf"] == ["1"]
        else {
            throw Problem(
                .forbidden, "cross_site",
                "With the session cookie, send Content-Type: application/json or X-IBP-CSRF: 1.")
        }
    }

    /// For a request that asks for a cookie: nobody may be signed in behind his back. Programs, which send neither field,
    /// may ask.
    /// - Throws: `Problem`, 403.
    static func checkSignIn(_ head: HTTPHead) throws(Problem) {
        if isOwn(head) == false { throw refused }
    }

    /// Nil when the sender is not a browser, or an old one that does not say.
    private static func isOwn(_ head: HTTPHead) -> Bool? {
        let sites = head.headers["sec-fetch-site"]
        if !sites.isEmpty { return sites == ["same-origin"] }
        let origins = head.headers["origin"]
        guard let origin = origins.first else { return nil }
        return origins.count == 1 && isOwn(origin: origin, head)
    }

    /// The origin of a page that this host serves. A page without TLS cannot speak for one with it.
    private static func isOwn(origin: String, _ head: HTTPHead) -> Bool {
        let schemes = head.isSecure ? ["https"] : ["http", "https"]
        return schemes.contains { origin.lowercased() == "\($0)://\(head.host)" }
    }

    private static let refused = Problem(
        .forbidden, "cross_site", "This request did not come from a page of this site, so its cookie does not count.")
}
