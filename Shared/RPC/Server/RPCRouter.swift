import Crypto
import Foundation
package import NIOCore
import NIOFoundationEssentialsCompat

/// The methods that a server offers.
package struct RPCRouter: Sendable {
    typealias UnaryHandler = @Sendable (ByteBuffer, RPCContext) async throws -> RPCReply

    enum Handler: Sendable {
        case unary(UnaryHandler)
        case stream(@Sendable (ByteBuffer, RPCContext, ServerStream) async throws -> Void)
    }

    struct Route: Sendable {
        let entry: RPCMethodEntry
        let handler: Handler
    }

    private(set) var routes: [UInt16: Route] = [:]

    package init() {}

    /// The handler runs on the event loop of the connection, so it must not block. An `RPCFault` that it throws reaches the
    /// caller; any other error is logged and leaves as `.internal`.
    package mutating func on<Input, Output>(
        _ method: RPCMethod<Input, Output>, _ handler: @escaping @Sendable (Input, RPCContext) async throws -> Output
    ) {
        add(method.entry) { body, context in
            let (input, context) = try Self.opened(method.entry, body, context) as (Input, RPCContext)
            let output = try await handler(input, context)
            return RPCReply(body: ByteBuffer(data: try StrictJSON.encode(output)))
        }
    }

    /// The reply of a method that answers one resource tells its id and version beside the body.
    package mutating func on<Input, Output: RPCResource>(
        _ method: RPCMethod<Input, Output>, _ handler: @escaping @Sendable (Input, RPCContext) async throws -> Output
    ) {
        add(method.entry) { body, context in
            let (input, context) = try Self.opened(method.entry, body, context) as (Input, RPCContext)
            let output = try await handler(input, context)
            return RPCReply(
                body: ByteBuffer(data: try StrictJSON.encode(output)), resource: output.resourceID,
                version: output.version)
        }
    }

    /// The handler has the output as JSON already.
    package mutating func onEncoded<Input, Output>(
        _ method: RPCMethod<Input, Output>, _ handler: @escaping @Sendable (Input, RPCContext) async throws -> RPCReply
    ) {
        add(method.entry) { body, context in try await handler(try Self.input(body), context) }
    }

    /// The call without its types: the handler takes and returns bytes as they are.
    package mutating func onBytes(
        _ entry: RPCMethodEntry, _ handler: @escaping @Sendable (ByteBuffer, RPCContext) async throws -> RPCReply
    ) {
        add(entry, handler)
    }

    /// A stream ends when the handler returns.
    package mutating func on<Input, Item>(
        _ method: RPCStreamMethod<Input, Item>,
        _ handler: @escaping @Sendable (Input, RPCContext, RPCStreamWriter<Item>) async throws -> Void
    ) {
        add(
            Route(
                entry: method.entry,
                handler: .stream { body, context, stream in
                    try await handler(try Self.input(body), context, RPCStreamWriter(stream: stream))
                }))
    }

    private mutating func add(_ entry: RPCMethodEntry, _ handler: @escaping UnaryHandler) {
        add(Route(entry: entry, handler: .unary(handler)))
    }

    private mutating func add(_ route: Route) {
        precondition(routes[route.entry.id] == nil, "method \(route.entry.name) is registered twice")
        routes[route.entry.id] = route
    }

    /// The input, and the context with the digest of what was asked for where that is wanted.
    private static func opened<Input: Codable>(
        _ method: RPCMethodEntry, _ body: ByteBuffer, _ context: RPCContext
    ) throws -> (Input, RPCContext) {
        let input: Input = try input(body)
        guard method.deduplicates, context.idempotencyKey != nil else { return (input, context) }
        var (context, digest) = (context, SHA256())
        for part in [method.name] + context.resource {
            digest.update(data: Data(part.utf8))
            // No id and no name has it.
            digest.update(data: [UInt8(0)])
        }
        digest.update(data: try StrictJSON.encode(input))
        context.requestDigest = Data(digest.finalize())
        return (input, context)
    }

    private static func input<Input: Decodable>(_ body: ByteBuffer) throws -> Input {
        if body.readableBytes == 0, let nothing = Nothing() as? Input { return nothing }
        return try StrictJSON.decode(Input.self, from: Data(buffer: body))
    }

    package var entries: [RPCMethodEntry] { routes.values.map(\.entry).sorted { $0.id < $1.id } }

    /// Runs a method as the server would, without a connection.
    package func dispatch(_ method: RPCMethodEntry, body: ByteBuffer, context: RPCContext) async throws -> RPCReply {
        guard case .unary(let handler) = routes[method.id]?.handler else {
            throw RPCFault(
                .unimplemented, "unimplemented", "This service has no method \(method.name).", isNotExecuted: true)
        }
        return try await handler(body, context)
    }
}
