import NIOCore

/// Stands between the socket and the protocol for a connection's end, of which the protocol handler knows less than
/// RFC 9113 §6.8 allows.
final class InboundGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Keeps from the protocol what comes after the connection's last answer: only the client's end is still of interest.
    var isShut = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isShut { context.fireChannelRead(data) }
    }

    /// Writes the GOAWAY that closes nothing yet: the highest stream number, NO_ERROR.
    func writeGoodbye() {
        guard let context else { return }
        var frame = context.channel.allocator.buffer(capacity: 17)
        frame.writeBytes([0, 0, 8])  // Length of the payload.
        frame.writeInteger(UInt8(7))  // GOAWAY
        frame.writeInteger(UInt8(0))
        frame.writeInteger(UInt32(0))  // The connection itself.
        frame.writeInteger(UInt32(0x7FFF_FFFF))
        frame.writeInteger(UInt32(0))
        context.write(wrapOutboundOut(frame), promise: nil)
    }
}
