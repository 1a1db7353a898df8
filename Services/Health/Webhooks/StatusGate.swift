import NIOCore
import NIOHTTP1

/// Ends a connection that answers with a status below 100, which HTTP does not know.
///
/// The parser takes such an answer for the last one, the client for one that comes before it: the client would hear the end
/// of an answer that it never saw begin, and stop the whole process for it.
final class StatusGate: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    struct UnknownStatus: Error {}

    private var isShut = false

    /// Between the parser and the client. To be called when both are there, on the channel's loop.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(StatusGate(), position: .after(parser))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The parser still hands on what it had read.
        guard !isShut else { return }
        guard case .head(let head) = unwrapInboundIn(data), !AttemptOutcome.isStatus(head.status.code) else {
            return context.fireChannelRead(data)
        }
        isShut = true
        context.fireErrorCaught(UnknownStatus())
        context.close(promise: nil)
    }
}
