import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// HTTP on one side, a call on the other. Bodies pass through unread: the service that owns the contract reads them.
enum CallBuilder {
    static func call(
        _ route: Route, _ ids: [String], _ identity: RPCIdentity?, _ request: HTTPRequest, _ mark: RequestMark
    ) throws -> (body: ByteBuffer, context: RPCContext) {
        let input = try QueryParameter.json(request.head.query, route.query)
        let body = try body(route, request, query: input)
        return (body, context(route, ids, identity, request.head, mark, try ifMatch(route, request.head)))
    }

    /// The request's own body; for a route without one, what its query said.
    private static func body(_ route: Route, _ request: HTTPRequest, query: [UInt8]) throws -> ByteBuffer {
        guard route.takesBody else { return route.query.isEmpty ? ByteBuffer() : ByteBuffer(bytes: query) }
        let type = request.head.headers["content-type"].first ?? ""
        let essence =
            type.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces).lowercased() } ?? ""
        guard ["application/json", "application/merge-patch+json"].contains(essence) else {
            throw Problem(.unsupportedMediaType, "unsupported_media_type", "Send Content-Type: application/json.")
        }
        guard request.body.readableBytes > 0 else {
            throw Problem(.badRequest, "json_invalid", "The body is empty; send JSON.")
        }
        return request.body
    }

    private static func context(
        _ route: Route, _ ids: [String], _ identity: RPCIdentity?, _ head: HTTPHead, _ mark: RequestMark,
        _ ifMatch: Int64?
    ) -> RPCContext {
        RPCContext(
            peer: Peer.gateway, identity: identity, trace: mark.trace, requestID: mark.id, resource: ids,
            ifMatch: ifMatch,
            idempotencyKey: head.headers["idempotency-key"].first.map { String($0.prefix(256)) },
            clientAddress: head.remoteAddress, deadline: .now() + route.deadline)
    }

    /// `If-Match: "7"` (RFC 9110 section 13.1.1): one strong tag, whose content is the version.
    private static func ifMatch(_ route: Route, _ head: HTTPHead) throws -> Int64? {
        guard route.takesIfMatch, let field = head.headers["if-match"].first else { return nil }
        guard field.utf8.count >= 3, field.first == "\"", field.last == "\"",
            let version = Int64(field.dropFirst().dropLast())
        else {
            throw Problem(
                .badRequest, "if_match_invalid",
                "Send If-Match with the ETag of the resource as you read it, such as \"7\".")
        }
        return version
    }

    static func response(_ route: Route, _ reply: RPCReply, head: HTTPHead) -> HTTPResponse {
        guard route.success != .noContent else { return HTTPResponse(status: .noContent) }
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let version = reply.version {
            let tag = "\"\(version)\""
            headers.add(name: "ETag", value: tag)
            if route.method == .GET, StaticFiles.matches(head.headers[canonicalForm: "if-none-match"], tag) {
                return HTTPResponse(status: .notModified, headers: ["ETag": tag])
            }
        }
        if let location = route.location, let id = reply.resource {
            headers.add(name: "Location", value: location + id)
        }
        return HTTPResponse(status: route.success, headers: headers, body: reply.body)
    }

    static func unknownHealth() throws -> HTTPResponse {
        let report = HealthReport(status: .unknown, services: [Peer.health: ServiceHealth(status: .down)])
        return HTTPResponse(
            status: .ok, headers: ["Content-Type": "application/json"],
            body: ByteBuffer(bytes: try StrictJSON.encode(report)))
    }
}

extension ServiceHealth {
    fileprivate init(status: HealthState) {
        self.init(status: status, since: nil, checkedAt: nil, latencyMicroseconds: nil, uptime24h: nil, error: nil)
    }
}
