import Contracts
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// What services replied, as clients get it.
enum ServiceAnswer {
    static func response(_ routed: RoutedRequest, _ reply: RPCReply) -> HTTPResponse {
        let served = routed.served
        guard served.route.success != .noContent else { return HTTPResponse(status: .noContent) }
        var headers = HTTPHeaders()
        // With those that every answer gets.
        headers.reserveCapacity(8)
        headers.add(name: "Content-Type", value: "application/json")
        if let version = reply.version {
            let tag = "\"\(version)\""
            headers.add(name: "ETag", value: tag)
            if served.route.method == .GET,
                StaticFiles.matches(routed.head.headers[canonicalForm: "if-none-match"], tag)
            {
                return HTTPResponse(status: .notModified, headers: ["ETag": tag])
            }
        }
        if let location = served.route.location, let id = reply.resource {
            headers.add(name: "Location", value: location + id)
        }
        return HTTPResponse(status: served.route.success, headers: headers, body: reply.body)
    }

    /// The state of the services when the one that looks after it is away.
    static func unknownHealth() throws -> HTTPResponse {
        let away = ServiceHealth(
            status: .down, since: nil, checkedAt: nil, latencyMicroseconds: nil, uptime24h: nil, error: nil)
        return try .json(HealthReport(status: .unknown, services: [Peer.health: away]))
    }
}

extension HTTPResponse {
    /// - Throws: what encoding throws.
    static func json(
        _ value: some Encodable, status: HTTPResponseStatus = .ok, _ headers: HTTPHeaders = [:]
    ) throws -> HTTPResponse {
        var response = HTTPResponse(
            status: status, headers: ["Content-Type": "application/json"],
            body: ByteBuffer(bytes: try StrictJSON.encode(value)))
        response.headers.add(contentsOf: headers)
        return response
    }
}
