import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// What a service is asked. A request's body passes through unread: the service that owns the contract reads it.
struct ServiceCall: Sendable {
    var body: ByteBuffer
    let context: RPCContext
    let timeout: TimeAmount
}

extension ServiceCall {
    static let userAgentScalarsMax = 200

    /// - Parameter identity: whom the service takes for the caller; nil for nobody.
    /// - Throws: `Problem`, or `RPCFault` for the query, when the request is wrong by itself.
    init(_ routed: RoutedRequest, _ identity: RPCIdentity?) throws {
        let (head, served) = (routed.head, routed.served)
        body = try Self.body(routed)
        timeout = served.route.deadline
        context = RPCContext(
            peer: Peer.gateway, identity: identity, trace: routed.mark.trace, requestID: routed.mark.id,
            resource: routed.ids, ifMatch: try Self.ifMatch(served, head),
            idempotencyKey: served.route.isIdempotent
                ? head.headers["idempotency-key"].first.map { String($0.prefix(256)) } : nil,
            clientAddress: head.remoteAddress, userAgent: served.route.limit == .signIn ? Self.userAgent(head) : nil,
            deadline: .now() + timeout)
    }

    /// The request's own body; for a route without one, what its query said.
    private static func body(_ routed: RoutedRequest) throws -> ByteBuffer {
        let (request, served) = (routed.request, routed.served)
        // Without parameters there must be no query, either.
        let query = try QueryParameter.json(
            request.head.query, served.route.query, ignoresOthers: served.route.ignoresOtherParameters)
        if served.route.takesBytes { return BytesInput.joined(query, try bytes(request)) }
        guard served.route.takesBody else {
            return served.route.query.isEmpty ? ByteBuffer() : ByteBuffer(bytes: query)
        }
        guard ["application/json", "application/merge-patch+json"].contains(contentType(request.head)) else {
            throw Problem(.unsupportedMediaType, "unsupported_media_type", "Send Content-Type: application/json.")
        }
        guard request.body.readableBytes > 0 else {
            throw Problem(.badRequest, "json_invalid", "The body is empty; send JSON.")
        }
        return request.body
    }

    private static func bytes(_ request: HTTPRequest) throws(Problem) -> ByteBuffer {
        guard contentType(request.head) == "application/octet-stream" else {
            throw Problem(
                .unsupportedMediaType, "unsupported_media_type", "Send Content-Type: application/octet-stream.")
        }
        guard request.body.readableBytes > 0 else {
            throw Problem(.badRequest, "body_empty", "The body is empty; send the bytes.")
        }
        return request.body
    }

    /// Without its parameters.
    private static func contentType(_ head: HTTPHead) -> String {
        let type = head.headers["content-type"].first ?? ""
        return type.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces).lowercased() } ?? ""
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
}
