import Logging
import NIOCore
import NIOHTTP1
import NIOTLS

/// Stands in for a protocol until it is known which one the client speaks: by ALPN under TLS, otherwise by the preface
/// with which HTTP/2 begins (RFC 9113 §3.4), which no HTTP/1.1 request can be. Then it puts the right handlers in its
/// place and goes.
final class ProtocolChoice: ChannelInboundHandler, RemovableChannelHandler, SweptConnection {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let environment: ConnectionEnvironment
    private let loop: LoopConnections
    private let acceptance: Acceptance
    private var context: ChannelHandlerContext?
    private var held = ByteBuffer()
    private var isDecided = false

    init(_ environment: ConnectionEnvironment, loop: LoopConnections, _ acceptance: Acceptance) {
        self.environment = environment
        self.loop = loop
        self.acceptance = acceptance
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.insert(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if loop.isDraining || acceptance.admission == .dropped { return closeNow() }
        if acceptance.admission == .refused {
            // Under TLS a handshake costs more than a refusal is worth.
            return acceptance.isSecure ? closeNow() : decide(isHTTP2: false)
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDecided else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        held.writeBuffer(&bytes)
        if acceptance.isSecure { return }
        let compared = min(held.readableBytes, Self.preface.count)
        guard held.readableBytesView.prefix(compared).elementsEqual(Self.preface.prefix(compared)) else {
            return decide(isHTTP2: false)
        }
        if compared == Self.preface.count { decide(isHTTP2: true) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if !isDecided { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated) = event as? TLSUserEvent { decide(isHTTP2: negotiated == "h2") }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        environment.logger.debug("handshake failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    private func decide(isHTTP2: Bool) {
        guard let context, !isDecided else { return }
        isDecided = true
        do {
            let pipeline = context.pipeline.syncOperations
            if isHTTP2 {
                try HTTP2Connection.install(context.channel, environment, loop, acceptance)
            } else {
                try HTTPConnection.install(pipeline, environment, loop, acceptance)
            }
            if held.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(held)) }
            held = ByteBuffer()
            pipeline.removeHandler(context: context, promise: nil)
        } catch {
            environment.logger.error("a connection could not be set up", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    func sweep(_ now: NIODeadline) {
        let limits = environment.limits
        let isSilent = held.readableBytes == 0 && !acceptance.isSecure
        if now - acceptance.opened >= (isSilent ? limits.idleTimeout : limits.headTimeout) { closeNow() }
    }

    func drain() { closeNow() }

    func closeNow() { context?.close(promise: nil) }
}
