package import NIOCore
import NIOHTTP1
import NIOPosix

/// One GET to an admin server, for checks and for the supervisor that waits until its children are ready.
package enum AdminProbe {
    package struct Answer: Sendable {
        package let isOK: Bool
        package let body: String
    }

    package static func get(_ path: String, _ address: Address, timeout: TimeAmount = .seconds(2)) async throws
        -> Answer
    {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Answer.self)
        let limit = loop.scheduleTask(in: timeout) {
            promise.fail(SettingsError("no answer from \(address.host):\(address.port)"))
        }
        defer { limit.cancel() }
        do {
            let channel = try await ClientBootstrap(group: loop)
                .connectTimeout(timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(Collector(promise))
                    }
                }
                .connect(host: address.host, port: address.port).get()
            let head = HTTPRequestHead(
                version: .http1_1, method: .GET, uri: path, headers: ["host": "localhost", "connection": "close"])
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            defer { channel.close(promise: nil) }
            return try await promise.futureResult.get()
        } catch {
            promise.fail(error)
            throw error is SettingsError ? error : SettingsError("nothing answers on \(address.host):\(address.port)")
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        private let promise: EventLoopPromise<Answer>
        private var status = HTTPResponseStatus.internalServerError
        private var body = ""

        init(_ promise: EventLoopPromise<Answer>) { self.promise = promise }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): status = head.status
            case .body(let part): body += String(buffer: part).prefix(4096)
            case .end:
                promise.succeed(Answer(isOK: status == .ok, body: body.split(separator: "\n").joined(separator: " ")))
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            promise.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
    }
}
