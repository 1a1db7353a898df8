import NIOCore

/// Keeps from a protocol what comes after the connection's last answer: only the client's end is still of interest.
final class InboundGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var isShut = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isShut { context.fireChannelRead(data) }
    }
}
