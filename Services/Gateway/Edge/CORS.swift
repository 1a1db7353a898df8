import HTTPServer
import NIOCore
import NIOHTTP1
import ServiceKit

/// Which other origins' pages may read the API's answers (WHATWG Fetch, "CORS protocol"). None by default.
///
/// Never with credentials: the session cookie is for our own pages, others send a token.
struct CORS: Sendable {
    static let originsMax = 64

    enum Decision: Sendable {
        /// Answer as ever, with these fields besides.
        case goOn(HTTPHeaders)
        /// The browser only asks whether it may.
        case preflight(HTTPResponse)
    }

    private static let requestHeaders = [
        "Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "Last-Event-ID",
        "X-Request-Id",
        "traceparent",
    ].joined(separator: ", ")
    private static let responseHeaders = [
        "ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id",
    ].joined(separator: ", ")
    /// How long a browser may remember a preflight's answer; a withdrawn origin is out after that.
    private static let maxAgeSeconds = 600

    private let origins: Set<String>

    init(_ origins: [some StringProtocol]) throws(SettingsError) {
        guard origins.count <= Self.originsMax else { throw SettingsError("more than \(Self.originsMax) origins") }
        self.origins = Set(try origins.map { origin throws(SettingsError) in try Self.serialised(origin) })
    }

    init(_ reader: inout SettingsReader) throws {
        self = try reader.list(
            "cors.origins",
            "origins whose pages may call the API, such as https://app.example,http://localhost:5173; none when not set"
        ) { members throws(SettingsError) in try CORS(members) }
    }

    /// As browsers write it (RFC 6454 §6.2), so that requests are compared byte by byte. Plain http is for developers only.
    private static func serialised(_ origin: some StringProtocol) throws(SettingsError) -> String {
        for (scheme, port) in [("https://", UInt16(443)), ("http://", 80)] where origin.hasPrefix(scheme) {
            guard let authority = Authority(origin.dropFirst(scheme.count)),
                scheme == "https://" || authority.host == "localhost"
            else { break }
            return scheme + authority.without(defaultPort: port).text
        }
        throw SettingsError("\(origin) is no origin such as https://app.example or http://localhost:5173")
    }

    var isOff: Bool { origins.isEmpty }

    /// - Parameter methods: what the resource knows, looked up only for a preflight that may be answered; one for a resource
    ///   that does not exist goes on to its 404.
    func decide(_ head: HTTPHead, methods: @autoclosure () -> [HTTPMethod]) -> Decision {
        guard !origins.isEmpty else { return .goOn([:]) }
        // Whether the origin is named decides on the answer, so no cache may give it to another one.
        var fields: HTTPHeaders = ["Vary": "Origin"]
        let sent = head.headers["origin"]
        guard sent.count == 1, let origin = sent.first, origins.contains(origin) else { return .goOn(fields) }
        fields.add(name: "Access-Control-Allow-Origin", value: origin)
        let isPreflight = head.method == "OPTIONS" && head.headers.contains(name: "access-control-request-method")
        let methods = isPreflight ? methods() : []
        guard !methods.isEmpty else {
            fields.add(name: "Access-Control-Expose-Headers", value: Self.responseHeaders)
            return .goOn(fields)
        }
        fields.add(
            name: "Access-Control-Allow-Methods", value: methods.map(\.rawValue).joined(separator: ", "))
        fields.add(name: "Access-Control-Allow-Headers", value: Self.requestHeaders)
        fields.add(name: "Access-Control-Max-Age", value: "\(Self.maxAgeSeconds)")
        return .preflight(HTTPResponse(status: .noContent, headers: fields))
    }
}
