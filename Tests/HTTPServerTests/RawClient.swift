import HTTPServer
import NIOCore
import NIOPosix

/// A client that sends bytes as they are, over TCP or TLS, and reads what comes back.
final class RawClient {
    struct Response {
        var status: Int
        /// Names in lower case.
        var fields: [String: String]
        var body: String
    }

    struct Ended: Error {}

    let channel: any Channel
    private var incoming: AsyncStream<ByteBuffer>.Iterator
    private var bytes: [UInt8] = []

    /// - Parameters:
    ///   - first: sent as soon as there is a connection, whenever the test's task gets its turn.
    ///   - reads: false makes a client that never takes anything from its socket.
    init(_ server: HTTPServer, sending first: [UInt8] = [], reads: Bool = true, tls: ClientTLS? = nil) async throws {
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try tls?.addHandlers(to: pipeline)
                    try pipeline.addHandler(Collector(continuation, first: ByteBuffer(bytes: first)))
                }
            }
            .connect(host: "127.0.0.1", port: server.localPort).get()
        incoming = stream.makeAsyncIterator()
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// The next response, framed by its Content-Length.
    func response(toHead isHead: Bool = false) async throws -> Response {
        let separator = Array("\r\n\r\n".utf8)
        while true {
            if let end = bytes.firstRange(of: separator) {
                let (status, fields) = Self.parse(String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
                let length = isHead || status < 200 ? 0 : Int(fields["content-length"] ?? "") ?? 0
                if bytes.count >= end.upperBound + length {
                    let body = String(decoding: bytes[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
                    bytes.removeFirst(end.upperBound + length)
                    return Response(status: status, fields: fields, body: body)
                }
            }
            guard let more = await incoming.next() else { throw Ended() }
            bytes += Array(more.readableBytesView)
        }
    }

    /// The next bytes, as many as asked for; nil when the server closes before.
    func take(_ count: Int) async -> [UInt8]? {
        while bytes.count < count {
            guard let more = await incoming.next() else { return nil }
            bytes += Array(more.readableBytesView)
        }
        defer { bytes.removeFirst(count) }
        return Array(bytes[..<count])
    }

    /// Everything until the server closes.
    func rest() async -> String {
        while let more = await incoming.next() { bytes += Array(more.readableBytesView) }
        defer { bytes = [] }
        return String(decoding: bytes, as: UTF8.self)
    }

    func close() async {
        try? await channel.close()
    }

    private static func parse(_ head: String) -> (Int, [String: String]) {
        let lines = head.split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        return (Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0, fields)
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let continuation: AsyncStream<ByteBuffer>.Continuation
    private let first: ByteBuffer

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation, first: ByteBuffer) {
        self.continuation = continuation
        self.first = first
    }

    func channelActive(context: ChannelHandlerContext) {
        if first.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(first), promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
