import NIOCore
import NIOTLS

/// What both ends of a connection do alike as the one handler of their channel: `FrameChannel` cuts what arrives into
/// frames, and the end at hand takes each. Confined to the channel's event loop.
protocol FrameConnection: ChannelInboundHandler where InboundIn == ByteBuffer {
    /// Nil before the channel is active and after the end.
    var frames: FrameChannel? { get }
    /// Who the other side is by its certificate; nil without TLS.
    var peer: TLSPeer? { get set }

    /// The channel is active. May be called again.
    func begin(_ context: ChannelHandlerContext)
    /// - Throws: `FrameError` for a frame after which the connection cannot go on.
    func receive(_ frame: Frame) throws
    /// Tells the peer why, and closes.
    func fail(_ error: any Error)
    /// The connection is gone. May be called again.
    func end()
}

extension FrameConnection {
    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try frames?.read(unwrapInboundIn(data)) { try receive($0) }
        } catch {
            fail(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated) = event as? TLSUserEvent {
            do {
                peer = try TLSPeer(afterHandshake: negotiated, in: context.pipeline.syncOperations)
            } catch {
                fail(FrameError.handshake("\(error)"))
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }
}
