import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// HTTP on one side, a call on the other. Bodies pass through unread: the service that owns the contract reads them.
enum CallBuilder {
    static let userAgentScalarsMax = 200

    static func call(
        _ served: ServedRoute, _ ids: [String], _ identity: RPCIdentity?, _ request: HTTPRequest, _ mark: RequestMark
    ) throws -> (body: ByteBuffer, context: RPCContext) {
        let body = try body(served, request)
        return (body, context(served, ids, identity, request.head, mark, try ifMatch(served, request.head)))
    }

    /// The request's own body; for a route without one, what its query said.
    private static func body(_ served: ServedRoute, _ request: HTTPRequest) throws -> ByteBuffer {
        // Without parameters there must be no query, either.
        let query = try QueryParameter.json(
            request.head.query, served.route.query, ignoresOthers: served.route.ignoresOtherParameters)
        guard served.route.takesBody else {
            return served.route.query.isEmpty ? ByteBuffer() : ByteBuffer(bytes: query)
        }
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
        _ served: ServedRoute, _ ids: [String], _ identity: RPCIdentity?, _ head: HTTPHead, _ mark: RequestMark,
        _ ifMatch: Int64?
    ) -> RPCContext {
        RPCContext(
            peer: Peer.gateway, identity: identity, trace: mark.trace, requestID: mark.id, resource: ids,
            ifMatch: ifMatch,
            idempotencyKey: served.route.isIdempotent
                ? head.headers["idempotency-key"].first.map { String($0.prefix(256)) } : nil,
            clientAddress: head.remoteAddress, userAgent: served.route.limit == .signIn ? userAgent(head) : nil,
            deadline: .now() + served.route.deadline)
    }

    /// Cut: what travels beside a body has its bounds, and nobody keeps more.
    private static func userAgent(_ head: HTTPHead) -> String? {
        head.headers["user-agent"].first.map {
            String(String.UnicodeScalarView($0.unicodeScalars.prefix(userAgentScalarsMax)))
        }
    }

    /// `If-Match: "7"` (RFC 9110 section 13.1.1): one strong tag, whose content is the version.
    private static func ifMatch(_ served: ServedRoute, _ head: HTTPHead) throws -> Int64? {
        guard served.route.takesIfMatch, let field = head.headers["if-match"].first else { return nil }
        guard field.utf8.count >= 3, field.first == "\"", field.last == "\"",
            let version = Int64(field.dropFirst().dropLast())
        else {
            throw Problem(
                .badRequest, "if_match_invalid",
                "Send If-Match with the ETag of the resource as you read it, such as \"7\".")
        }
        return version
    }

    static func response(_ served: ServedRoute, _ reply: RPCReply, head: HTTPHead) -> HTTPResponse {
        guard served.route.success != .noContent else { return HTTPResponse(status: .noContent) }
        var headers = HTTPHeaders()
        // With those that every answer gets.
        headers.reserveCapacity(8)
        headers.add(name: "Content-Type", value: "application/json")
        if let version = reply.version {
            let tag = "\"\(version)\""
            headers.add(name: "ETag", value: tag)
            if served.route.method == .GET, StaticFiles.matches(head.headers[canonicalForm: "if-none-match"], tag) {
                return HTTPResponse(status: .notModified, headers: ["ETag": tag])
            }
        }
        if let location = served.route.location, let id = reply.resource {
            headers.add(name: "Location", value: location + id)
        }
        return HTTPResponse(status: served.route.success, headers: headers, body: reply.body)
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
