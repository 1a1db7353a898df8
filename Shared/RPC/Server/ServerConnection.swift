import Foundation
import Logging
import NIOCore
import NIOTLS

/// One accepted connection, from the handshake to the close: who the peer is, and when it must go. Its calls are `ServerCalls`'.
final class ServerConnection: ChannelInboundHandler, @unchecked Sendable {  // confined to its event loop
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case awaitingHello
        case awaitingProof(HandshakeNames)
        case ready(peer: String)
        case closed
    }

    private let server: RPCServer.Configuration
    private let methods: ServedMethods
    private let stats: RPCStats
    private let logger: Logger
    private let loop: ServerLoop

    private var state = State.awaitingHello
    private var frames: FrameChannel?
    private var calls: ServerCalls?
    private var arrival = NIODeadline.now()
    private var peer: TLSPeer?
    private var hasOtherTable = false
    /// Set once the connection drains; what its GOODBYE will say.
    private var draining: GoodbyeReason?
    private var handshakeTimer: Scheduled<Void>?
    private var age: Scheduled<Void>?

    init(
        _ server: RPCServer.Configuration, methods: ServedMethods, stats: RPCStats, logger: Logger, loop: ServerLoop
    ) {
        self.server = server
        self.methods = methods
        self.stats = stats
        self.logger = logger
        self.loop = loop
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard frames == nil else { return }
        let frames = FrameChannel(context, limits: server.limits, checksums: server.security.needsChecksums)
        frames.closing = { self.end() }
        self.frames = frames
        calls = ServerCalls(
            server, methods: methods, stats: stats, logger: logger, loop: loop,
            isWritable: { frames.isWritable }, write: { self.send($0) }, drained: { self.sayGoodbye() })
        stats.connections.add(1)
        frames.startKeepAlive()
        handshakeTimer = context.eventLoop.scheduleTask(in: server.limits.handshakeTimeout) {
            self.fail(FrameError.handshake("no greeting in time"))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrival = .now()
        do {
            try frames?.read(unwrapInboundIn(data), at: arrival, receive)
        } catch {
            fail(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .ready(let peer) = state { calls?.serve(peer) }
        frames?.readComplete()
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

    /// Calls that waited for the peer to read go on.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            // Not at once: a write may have brought it about, and what goes on now writes too.
            context.eventLoop.execute {
                if case .ready(let peer) = self.state { self.calls?.resume(peer) }
            }
        }
        context.fireChannelWritabilityChanged()
    }

    private func send(_ frame: Frame) {
        guard let frames else { return }
        frames.write(frame)
        // Looked at only while the peer is behind already.
        if !frames.isWritable, frames.outboundBytes > server.limits.outboundBytesMax {
            frames.close(.slowReader, "the peer does not read its replies")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    private func end() {
        guard frames != nil else { return }
        state = .closed
        handshakeTimer?.cancel()
        age?.cancel()
        frames?.stop()
        frames = nil
        calls?.end()
        calls = nil
        stats.connections.add(-1)
    }

    private func fail(_ error: any Error) {
        if case .closed = state { return }
        logger.debug("connection refused", metadata: ["error": "\(error)"])
        var reason = GoodbyeReason.handshake
        if case .ready = state { reason = .protocolError }
        state = .closed
        frames?.close(reason, "\(error)")
    }

    // MARK: frames

    private func receive(_ frame: Frame) throws {
        switch (state, frame.kind) {
        case (.closed, _): break
        case (.ready(let peer), .request): try calls?.receive(frame, from: peer, at: arrival)
        case (.ready, .cancel): calls?.cancel(frame.id)
        case (.ready, .credit): calls?.credit(frame.a, for: frame.id)
        case (.ready, .ping): send(Frame(.pong, a: frame.a))
        case (.ready, .pong): break
        case (.awaitingHello, .hello): try greet(try Hello(frame))
        case (.awaitingProof(let names), .hello): try admit(try Hello(frame), names)
        case (.ready, .goodbye): frames?.close()
        default: throw FrameError.outOfOrder(frame.kind)
        }
    }

    private func greet(_ hello: Hello) throws {
        // A peer that cannot prove its name later need not be told that it is welcome.
        if case .certificates = server.security, peer?.names.contains(hello.service) != true {
            throw FrameError.handshake("the certificate is not of \(hello.service)")
        }
        guard let clientNonce = hello.nonce, clientNonce.count == Hello.nonceBytes else {
            throw FrameError.handshake("no nonce")
        }
        let names = HandshakeNames(
            clientNonce: clientNonce, serverNonce: HandshakeNames.nonce(), client: hello.service, server: server.service
        )
        var answer = Hello(service: server.service, limits: server.limits)
        answer.version = hello.commonVersion
        answer.build = server.version
        answer.tableHash = server.tableHash
        answer.nonce = names.serverNonce
        answer.proof = server.security.proof(of: .server, names)
        frames?.write(try answer.frame(.helloAck))
        state = .awaitingProof(names)
        hasOtherTable = hello.tableHash != nil && server.tableHash != nil && hello.tableHash != server.tableHash
    }

    private func admit(_ hello: Hello, _ names: HandshakeNames) throws {
        try server.security.check(hello.proof, of: .client, names, peer)
        handshakeTimer?.cancel()
        state = .ready(peer: names.client)
        frames?.isAdmitted = true
        calls?.admitted(frameBytesMax: hello.frameBytesMax)
        if hasOtherTable {
            logger.info("peer was built with another method table", metadata: ["peer": "\(names.client)"])
        }
        scheduleEnd()
        if let reason = draining { drain(reason) }
    }

    // MARK: the end

    private func scheduleEnd() {
        let age = server.limits.connectionAgeMax
        let jittered = TimeAmount.nanoseconds(Int64(Double(age.nanoseconds) * .random(in: 0.9...1.1)))
        self.age = frames?.eventLoop.scheduleTask(in: jittered) {
            self.drain(.aged)
            self.scheduleGrace()
        }
    }

    /// A stream that ends by itself, such as a download, is not cut for its connection's age.
    private func scheduleGrace() {
        age = frames?.eventLoop.scheduleTask(in: server.limits.connectionAgeGrace) {
            if self.calls?.isTransferring ?? false { self.scheduleGrace() } else { self.sayGoodbye() }
        }
    }

    /// Takes no new calls, finishes those under way, closes. Calls that only wait for news end at once. On the event loop.
    func drain(_ reason: GoodbyeReason) {
        draining = reason
        guard case .ready = state, let frames, let calls else { return }
        frames.write(Frame(.drain, a: calls.lastID))
        calls.drain()
    }

    private func sayGoodbye() {
        guard let frames, let draining else { return }
        if case .closed = state { return }
        state = .closed
        age?.cancel()
        frames.closeAfterWriting(draining, draining == .aged ? "old enough" : "drained")
    }
}
