package import NIOHTTP1

/// Why the front itself refused a request; the handler never saw it. The connection closes after the answer.
package enum HTTPRefusal: Error, Hashable, Sendable {
    /// The bytes break the rules of HTTP; the sentence says which one.
    case badRequest(String)
    case timeout
    case bodyTooLarge
    case targetTooLong
    case expectationFailed
    case headTooLarge
    case methodNotImplemented
    /// It is known, but no resource has it.
    case methodNotAllowed
    case versionNotSupported
    case tooManyConnections
    /// The handler did not answer within `HTTPLimits.requestTimeout`.
    case handlerTimeout
    /// The handler's answer cannot be sent: a field holds a line break or another control character.
    case unsendableResponse

    package var status: HTTPResponseStatus {
        switch self {
        case .badRequest: .badRequest
        case .timeout: .requestTimeout
        case .bodyTooLarge: .payloadTooLarge
        case .targetTooLong: .uriTooLong
        case .expectationFailed: .expectationFailed
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .methodNotImplemented: .notImplemented
        case .methodNotAllowed: .methodNotAllowed
        case .versionNotSupported: .httpVersionNotSupported
        case .tooManyConnections, .handlerTimeout: .serviceUnavailable
        case .unsendableResponse: .internalServerError
        }
    }

    /// Stable, for machines.
    package var code: String {
        switch self {
        case .badRequest: "bad_request"
        case .timeout: "timeout"
        case .bodyTooLarge: "body_too_large"
        case .targetTooLong: "uri_too_long"
        case .expectationFailed: "expectation_failed"
        case .headTooLarge: "head_too_large"
        case .methodNotImplemented: "method_not_implemented"
        case .methodNotAllowed: "method_not_allowed"
        case .versionNotSupported: "version_not_supported"
        case .tooManyConnections: "too_many_connections"
        case .handlerTimeout: "request_timeout"
        case .unsendableResponse: "internal"
        }
    }

    /// One sentence for people.
    package var message: String {
        switch self {
        case .badRequest(let sentence): sentence
        case .timeout: "The request did not arrive in time."
        case .bodyTooLarge: "The body is longer than this resource accepts."
        case .targetTooLong: "The request target is too long."
        case .expectationFailed: "The only expectation this server knows is 100-continue."
        case .headTooLarge: "The header fields are too many or too long."
        case .methodNotImplemented: "This server does not know the method."
        case .methodNotAllowed: "No resource of this server allows this method."
        case .versionNotSupported: "This server speaks HTTP/1.1 and HTTP/1.0."
        case .tooManyConnections: "Too many connections are open; try again later."
        case .handlerTimeout: "The request took too long; try again later."
        case .unsendableResponse: "Something went wrong on our side; it has been logged."
        }
    }
}
