import NIOHTTP1
import Tokens

/// The cookies that the gateway gives to browsers. Each holds a secret, out of reach of scripts and of plain connections.
///
/// The prefix makes browsers take a cookie from this very host over TLS only, and give it to no other (RFC 6265bis
/// section 4.1.3).
struct Cookie: Sendable {
    /// A web session stands behind it.
    static let session = Cookie(name: "__Host-ibp", sameSite: "Strict")
    /// Auth knows a browser by it that somebody has signed in with before.
    static let device = Cookie(name: "__Host-ibp-device", sameSite: "Strict")
    /// Binds a sign-in with the company's provider to the browser that began it. The provider's redirect is a navigation
    /// from another site, on which a `Strict` cookie would not come along; this one is worth nothing by itself.
    static let openID = Cookie(name: "__Host-ibp-oidc", sameSite: "Lax")

    let name: String
    private let attributes: String

    private init(name: String, sameSite: String) {
        self.name = name
        attributes = "Path=/; Secure; HttpOnly; SameSite=\(sameSite)"
    }

    /// What `Set-Cookie` says to give it to a browser.
    func set(_ value: some StringProtocol, seconds: Int64) -> String {
        "\(name)=\(value); \(attributes); Max-Age=\(seconds)"
    }

    /// What `Set-Cookie` says to take it away.
    var cleared: String { self.set("", seconds: 0) }

    /// Its values in one `Cookie` field (RFC 6265 section 4.2.1), as they came.
    func values(in field: String) -> [Substring] {
        field.split(separator: ";").compactMap { pair in
            let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return halves.count == 2 && halves[0] == name ? halves[1] : nil
        }
    }

    /// Its value in all `Cookie` fields; nil when there is none, or more than one.
    func value(in headers: HTTPHeaders) -> Substring? { Self.only(headers["cookie"].flatMap(values)) }

    /// The same, not counting what cannot be a secret of ours, such as what is left of a deleted one.
    func secret(in headers: HTTPHeaders) -> Substring? {
        Self.only(headers["cookie"].flatMap(values).filter(Self.isSecret))
    }

    /// 32 bytes in base64url.
    static func isSecret(_ value: Substring) -> Bool { Base64URL.decode(value)?.count == 32 }

    private static func only(_ values: [Substring]) -> Substring? { values.count == 1 ? values[0] : nil }
}
