/// The header fields of answers that a client may want to read. Each stands once, in `components/headers`.
enum DocumentedHeader: String, CaseIterable {
    case etag = "ETag"
    case location = "Location"
    case contentDisposition = "Content-Disposition"
    case requestID = "X-Request-Id"
    case rateLimit = "RateLimit"
    case rateLimitPolicy = "RateLimit-Policy"
    case retryAfter = "Retry-After"
    case authenticate = "WWW-Authenticate"
    case setCookie = "Set-Cookie"

    /// What every answer carries. Those that the HTTP front gives itself, before any budget is asked, lack the budgets.
    static let common: [DocumentedHeader] = [.requestID, .rateLimit, .rateLimitPolicy]

    static func references(_ headers: [DocumentedHeader]) -> [String: Any] {
        Dictionary(headers.map { ($0.rawValue, ["$ref": "#/components/headers/\($0.rawValue)"]) }) { first, _ in first }
    }

    var json: [String: Any] {
        [
            "description": about, "required": ![Self.rateLimit, .rateLimitPolicy].contains(self), "schema": schema,
            "example": example,
        ]
    }

    private var schema: [String: Any] {
        switch self {
        case .etag: ["type": "string", "pattern": #"^"[0-9a-f]+"$"#]
        case .location: ["type": "string", "format": "uri-reference"]
        case .requestID: ["type": "string", "minLength": 1, "maxLength": 64]
        case .retryAfter: ["type": "integer", "minimum": 1]
        case .rateLimit, .rateLimitPolicy, .authenticate, .setCookie, .contentDisposition: ["type": "string"]
        }
    }

    private var about: String {
        switch self {
        case .etag: "The version of the resource, for If-Match and If-None-Match; of a file its SHA-256."
        case .contentDisposition: "attachment, and the name of the file (RFC 6266)."
        case .location: "Where the new resource can be read, or where a browser goes on."
        case .requestID: "Names this request in every log; the client's own X-Request-Id when it sent a plain one."
        case .rateLimit: "What is left of the budget (r) and the seconds until more (t)."
        case .rateLimitPolicy: "The budget: requests at once (q) and the seconds in which it is full again (w)."
        case .retryAfter: "Whole seconds after which to try again."
        case .setCookie: "Sets the cookies of the session, the device or a sign-in under way, or takes them away."
        case .authenticate: "What credentials are wanted, and what is wrong with those sent (RFC 6750)."
        }
    }

    private var example: Any {
        switch self {
        case .etag: #""7""#
        case .location: "/api/deals/\(ExampleTexts.dealID)"
        case .contentDisposition: #"attachment; filename="letter.pdf"; filename*=UTF-8''letter.pdf"#
        case .requestID: "0199a1c1-7777-7abc-8def-0123456789ab"
        case .rateLimit: #""user";r=99;t=1"#
        case .rateLimitPolicy: #""user";q=100;w=2"#
        case .retryAfter: 1
        case .authenticate: #"Bearer realm="ibpipeline", error="invalid_token""#
        case .setCookie: Cookie.session.set("…", seconds: 43_200)
        }
    }
}
