import HTTPServer
import NIOHTTP1

/// What every response carries (OWASP HTTP Headers cheat sheet, ASVS 5 chapter V3). Nothing names the software.
enum ResponseHeaders {
    /// Answers of the API are data for programs: never rendered, and never kept unless they say so themselves.
    /// - Parameter isSecure: whether it goes to the client over TLS.
    static func secureAPI(_ response: inout HTTPResponse, isSecure: Bool) {
        response.preset = (response.headers.contains(name: "cache-control") ? keptAPI : api)[isSecure]
    }

    /// Pages say themselves for how long they are kept.
    static func securePage(_ response: inout HTTPResponse, isSecure: Bool) { response.preset = page[isSecure] }

    /// The same fields, with TLS and without.
    private struct Pair: Sendable {
        private let plain: PresetFields
        private let secure: PresetFields

        init(_ fields: [(name: String, value: String)]) {
            plain = PresetFields(fields)
            secure = PresetFields(
                fields + [(name: "strict-transport-security", value: "max-age=63072000; includeSubDomains")])
        }

        subscript(_ isSecure: Bool) -> PresetFields { isSecure ? secure : plain }
    }

    private static let common = [
        (name: "x-content-type-options", value: "nosniff"), (name: "referrer-policy", value: "no-referrer"),
        (name: "cross-origin-resource-policy", value: "same-origin"),
    ]

    private static let data =
        common + [(name: "content-security-policy", value: "default-src 'none'; frame-ancestors 'none'; sandbox")]

    private static let api = Pair(data + [(name: "cache-control", value: "no-store")])
    private static let keptAPI = Pair(data)

    private static let page = Pair(
        common + [
            (
                name: "content-security-policy",
                value: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self'; font-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
                    + "frame-ancestors 'none'"
            ), (name: "cross-origin-opener-policy", value: "same-origin"),
            (name: "permissions-policy", value: "camera=(), geolocation=(), microphone=()"),
        ])
}
