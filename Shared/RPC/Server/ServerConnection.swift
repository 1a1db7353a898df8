import Logging
import NIOCore

/// One accepted connection, from the handshake to the close: who the peer is, and when it must go. Its calls are
/// `ServerCalls`'.
final class ServerConnection: FrameConnection, @unchecked Sendable {  // confined to its event loop
    private enum State {
        case awaitingHello
        case awaitingProof(ServerGreeting)
        case ready(peer: String)
        case closed
    }

    private let server: RPCServer.Configuration
    private let methods: ServedMethods
    private let stats: RPCStats
    private let logger: Logger
    private let loop: ServerLoop

    private var state = State.awaitingHello
    private(set) var frames: FrameChannel?
    private var calls: ServerCalls?
    var peer: TLSPeer?
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

    func begin(_ context: ChannelHandlerContext) {
        guard frames == nil else { return }
        let frames = FrameChannel(context, limits: server.limits, checksums: server.security.needsChecksums)
        frames.closing = { self.end() }
        self.frames = frames
        calls = ServerCalls(
            server, methods: methods, stats: stats, logger: logger, loop: loop,
            isWritable: { frames.isWritable }, write: { self.send($0) }, drained: { self.sayGoodbye() })
        stats.connections.add(1)
        frames.startKeepAlive()
        awaitGreeting(on: context.eventLoop)
    }

    /// A loop that is late has not read yet what came in time; so the peer gets its time again.
    private func awaitGreeting(on eventLoop: any EventLoop) {
        let limit = server.limits.handshakeTimeout
        let end = NIODeadline.now() + limit
        handshakeTimer = eventLoop.scheduleTask(deadline: end) {
            if case .ready = self.state { return }
            if (NIODeadline.now() - end).nanoseconds > limit.nanoseconds / 4 {
                self.awaitGreeting(on: eventLoop)
            } else {
                self.fail(FrameError.handshake("no greeting in time"))
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .ready(let peer) = state { calls?.serve(peer) }
        frames?.readComplete()
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

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    func end() {
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

    func fail(_ error: any Error) {
        if case .closed = state { return }
        logger.debug("connection refused", metadata: ["error": "\(error)"])
        var reason = GoodbyeReason.handshake
        if case .ready = state { reason = .protocolError }
        state = .closed
        frames?.close(reason, "\(error)")
    }

    // MARK: frames

    func receive(_ frame: Frame) throws {
        guard let frames, let calls else { return }
        switch (state, frame.kind) {
        case (.closed, _): break
        case (.ready(let peer), .request): try calls.receive(frame, from: peer, at: frames.lastHeard)
        case (.ready, .cancel): calls.cancel(frame.id)
        case (.ready, .credit): calls.credit(frame.a, for: frame.id)
        case (.ready, .ping): send(Frame(.pong, a: frame.a))
        case (.ready, .pong): break
        case (.awaitingHello, .hello): try greet(try Hello(frame))
        case (.awaitingProof(let greeting), .hello): try admit(try Hello(frame), greeting)
        case (.ready, .goodbye): frames.close()
        default: throw FrameError.outOfOrder(frame.kind)
        }
    }

    private func greet(_ hello: Hello) throws {
        let greeting = try ServerGreeting(server, answering: hello, from: peer)
        frames?.write(greeting.answer)
        state = .awaitingProof(greeting)
    }

    private func admit(_ hello: Hello, _ greeting: ServerGreeting) throws {
        let name = try greeting.admit(hello, from: peer)
        handshakeTimer?.cancel()
        state = .ready(peer: name)
        frames?.isAdmitted = true
        calls?.admitted(frameBytesMax: hello.frameBytesMax)
        if greeting.hasOtherTable {
            logger.info("peer was built with another method table", metadata: ["peer": "\(name)"])
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
