import Contracts
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// An error as clients see it: `application/problem+json` (RFC 9457).
struct Problem: Error {
    var status: HTTPResponseStatus
    var code: String
    var detail: String
    var errors: [FieldFault] = []
    /// The resource as it stands (JSON), where the client's version was stale.
    var current: String?
    /// What the client wants to change and others have changed, where that is known.
    var conflictingFields: [String] = []
    var headers = HTTPHeaders()

    init(_ status: HTTPResponseStatus, _ code: String, _ detail: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
    }

    /// A service's refusal, or ours when it was not asked.
    init(_ fault: RPCFault) {
        status = Self.status(of: fault)
        code = fault.code
        detail = fault.message
        errors = fault.errors
        current = fault.current
        conflictingFields = fault.conflictingFields
        if [.tooManyRequests, .badGateway, .serviceUnavailable, .gatewayTimeout].contains(status) {
            let seconds = max(1, ((fault.retryAfterMilliseconds ?? 1000) + 999) / 1000)
            headers.add(name: "Retry-After", value: "\(seconds)")
        }
        if status == .unauthorized { headers.add(name: "WWW-Authenticate", value: Self.challenge(code)) }
    }

    /// The one place where a call's status becomes HTTP's.
    private static func status(of fault: RPCFault) -> HTTPResponseStatus {
        switch (fault.status, fault.code) {
        case (.invalidArgument, "json_invalid"), (.invalidArgument, "cursor_invalid"),
            (.invalidArgument, "query_invalid"):
            .badRequest
        case (.invalidArgument, "request_too_large"): .payloadTooLarge
        case (.invalidArgument, _): .unprocessableEntity
        case (.failedPrecondition, "version_required"): .preconditionRequired
        case (.failedPrecondition, _): .unprocessableEntity
        case (.aborted, "version_mismatch"): .preconditionFailed
        case (.aborted, _), (.alreadyExists, _): .conflict
        case (.unauthenticated, _): .unauthorized
        case (.permissionDenied, "caller_not_allowed"), (.permissionDenied, "identity_not_allowed"): .badGateway
        case (.permissionDenied, _): .forbidden
        case (.notFound, _): .notFound
        case (.resourceExhausted, "busy"), (.unavailable, _), (.cancelled, _): .serviceUnavailable
        case (.resourceExhausted, _): .tooManyRequests
        case (.deadlineExceeded, _): .gatewayTimeout
        case (.unimplemented, _): .notImplemented
        default: .internalServerError
        }
    }

    private struct Body: Encodable {
        let type, title: String
        let status: UInt
        let detail, instance, code, requestId: String
        let errors: [FieldFault]?
        let conflictingFields: [String]?
    }

    func response(instance: String, requestID: String) -> HTTPResponse {
        let body = Body(
            type: "urn:ibpipeline:problem:\(code)", title: status.reasonPhrase, status: status.code, detail: detail,
            instance: instance, code: code, requestId: requestID, errors: errors.isEmpty ? nil : errors,
            conflictingFields: conflictingFields.isEmpty ? nil : conflictingFields)
        // Strings always encode; an empty body would still carry the status.
        var json = (try? StrictJSON.encode(body)).map { [UInt8]($0) } ?? []
        if let current, json.last == UInt8(ascii: "}") {
            json.removeLast()
            json += Array(",\"current\":\(current)}".utf8)
        }
        var headers = headers
        headers.replaceOrAdd(name: "Content-Type", value: "application/problem+json")
        return HTTPResponse(status: status, headers: headers, body: ByteBuffer(bytes: json))
    }
}

extension Problem {
    static func tooManyRequests(_ seconds: Int64) -> Problem {
        Problem(.tooManyRequests, "rate_limited", "Too many requests; try again in \(seconds) s.")
    }
}
