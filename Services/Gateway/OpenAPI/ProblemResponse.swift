/// The answers that are problems (RFC 9457), by their status. Each stands once, in `components/responses`.
enum ProblemResponse: Int, CaseIterable {
    case badRequest = 400
    case unauthenticated = 401
    case forbidden = 403
    case notFound = 404
    case requestTimeout = 408
    case conflict = 409
    case preconditionFailed = 412
    case contentTooLarge = 413
    case targetTooLong = 414
    case unsupportedMediaType = 415
    case misdirected = 421
    case unprocessable = 422
    case preconditionRequired = 428
    case tooManyRequests = 429
    case headTooLarge = 431
    case internalError = 500
    case badGateway = 502
    case unavailable = 503
    case gatewayTimeout = 504

    var name: String {
        switch self {
        case .badRequest: "BadRequest"
        case .unauthenticated: "Unauthenticated"
        case .forbidden: "Forbidden"
        case .notFound: "NotFound"
        case .requestTimeout: "RequestTimeout"
        case .conflict: "Conflict"
        case .preconditionFailed: "PreconditionFailed"
        case .contentTooLarge: "ContentTooLarge"
        case .targetTooLong: "TargetTooLong"
        case .unsupportedMediaType: "UnsupportedMediaType"
        case .misdirected: "Misdirected"
        case .unprocessable: "Unprocessable"
        case .preconditionRequired: "PreconditionRequired"
        case .tooManyRequests: "TooManyRequests"
        case .headTooLarge: "HeadTooLarge"
        case .internalError: "InternalError"
        case .badGateway: "BadGateway"
        case .unavailable: "Unavailable"
        case .gatewayTimeout: "GatewayTimeout"
        }
    }

    var about: String {
        switch self {
        case .badRequest: "The request cannot be read: its framing, query, fields or JSON."
        case .unauthenticated: "No credentials, or none that are good."
        case .forbidden: "Your role, or your access to this resource, does not allow it."
        case .notFound: "There is no such resource, or none that you may know of."
        case .requestTimeout: "The request did not arrive in time."
        case .conflict: "There is such a thing already."
        case .preconditionFailed:
            "The resource has changed since you read it; current is the resource as it stands, conflictingFields what of "
                + "your change others have changed, where that is known."
        case .contentTooLarge: "The body is longer than this operation accepts."
        case .targetTooLong: "The request target is longer than 8 KiB."
        case .unsupportedMediaType: "The body is not declared to be of the type that this operation takes."
        case .misdirected: "The server is not called under this host."
        case .unprocessable: "The request can be read, but not done; errors says what is in the way."
        case .preconditionRequired: "Send If-Match with the ETag of the resource as you read it."
        case .tooManyRequests: "A budget is used up, or too many sign-ins have failed."
        case .headTooLarge: "The header fields are too many or too long."
        case .internalError: "Something went wrong on our side; it has been logged."
        case .badGateway: "The service behind refuses the gateway."
        case .unavailable: "Not now: a service is away or has too much to do."
        case .gatewayTimeout: "The service did not answer in time."
        }
    }

    private var headers: [DocumentedHeader] {
        switch self {
        case .unauthenticated: DocumentedHeader.common + [.authenticate]
        case .tooManyRequests, .badGateway, .unavailable, .gatewayTimeout: DocumentedHeader.common + [.retryAfter]
        default: DocumentedHeader.common
        }
    }

    var reference: String { "#/components/responses/\(name)" }

    var json: [String: Any] {
        [
            "description": about, "headers": DocumentedHeader.references(headers),
            "content": ["application/problem+json": ["schema": JSONSchema.reference("Problem")]],
        ]
    }
}
