import NIOCore
import NIOPosix

/// Answers with bytes that no HTTP server would send, on a real socket of this machine.
enum RawReceiver {
    /// - Parameter body: gets the URL.
    static func with(_ answer: String, _ body: (String) async throws -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(OneAnswer(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body("http://127.0.0.1:\(channel.localAddress?.port ?? 0)/in")) } catch {
            outcome = .failure(error)
        }
        try await channel.close()
        try outcome.get()
    }
}

/// To whatever comes first of a request; the connection stays open.
private final class OneAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String
    private var isGiven = false

    init(_ answer: String) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isGiven else { return }
        isGiven = true
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
