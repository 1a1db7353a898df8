import Contracts
import HTTPServer
import NIOHTTP1

extension Problem {
    /// What the HTTP front refused before the handler saw it.
    init(_ refusal: HTTPRefusal) {
        self.init(refusal.status, refusal.code, refusal.message)
        if refusal.status == .methodNotAllowed {
            headers.add(name: "Allow", value: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        }
        if refusal.status == .serviceUnavailable { headers.add(name: "Retry-After", value: "1") }
    }

    /// The whole answer to a request that has no mark of its own.
    static func response(_ refusal: HTTPRefusal, isSecure: Bool) -> HTTPResponse {
        let requestID = UUIDv7.make().text
        var response = Problem(refusal).response(instance: "", requestID: requestID)
        response.headers.add(name: "X-Request-Id", value: requestID)
        ResponseHeaders.secureAPI(&response, isSecure: isSecure)
        return response
    }
}
