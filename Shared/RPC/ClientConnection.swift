import Foundation
import NIOCore

/// One connection to a server: matches replies to calls. Confined to its event loop.
final class ClientConnection: ChannelInboundHandler, @unchecked Sendable {  // confined to its event loop
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Greeting {
        let service: String
        let expectedServer: String
        let secret: HandshakeSecret
    }

    private enum State {
        case greeting(nonce: Data)
        case ready
        /// The server finishes what it has and takes no more.
        case draining
        case closed
    }

    private struct Pending {
        let promise: EventLoopPromise<RPCReply>
        let deadline: NIODeadline
    }

    private let greeting: Greeting
    private let limits: RPCLimits
    /// Succeeds when the handshake is done.
    private let ready: EventLoopPromise<Void>
    /// Called once, when no new call may be sent any more.
    private let ended: () -> Void

    private var state: State
    private var frames: FrameChannel?
    private var pending: [UInt32: Pending] = [:]
    private var lastID: UInt32 = 0
    private var peerInFlightMax = 1
    private var sweep: RepeatedTask?

    init(_ greeting: Greeting, limits: RPCLimits, ready: EventLoopPromise<Void>, ended: @escaping () -> Void) {
        self.greeting = greeting
        self.limits = limits
        self.ready = ready
        self.ended = ended
        state = .greeting(nonce: HandshakeNames.nonce())
    }

    var isUsable: Bool { if case .ready = state { true } else { false } }

    func channelActive(context: ChannelHandlerContext) {
        let frames = FrameChannel(context, limits: limits)
        self.frames = frames
        frames.startKeepAlive()
        guard case .greeting(let nonce) = state else { return }
        do {
            frames.write(try Hello(service: greeting.service, nonce: nonce, limits: limits).frame(.hello))
        } catch {
            fail(error)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try frames?.read(unwrapInboundIn(data), receive)
        } catch {
            fail(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { frames?.readComplete() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func fail(_ error: any Error) {
        ready.fail(error)
        frames?.close()
    }

    /// A lost connection leaves every call unanswered: whether it ran is unknown.
    private func end() {
        if case .closed = state { return }
        let wasUsable = isUsable
        state = .closed
        frames?.stop()
        frames = nil
        sweep?.cancel()
        ready.fail(FrameError.handshake("the connection closed during the handshake"))
        let lost = pending.values
        pending.removeAll()
        for call in lost {
            call.promise.fail(
                RPCFault(.unavailable, "connection_lost", "The connection to \(greeting.expectedServer) was lost."))
        }
        if wasUsable { ended() }
    }

    // MARK: frames

    private func receive(_ frame: Frame) throws {
        switch (state, frame.kind) {
        case (.closed, _), (_, .pong): break
        case (_, .ping): frames?.write(Frame(.pong, a: frame.a))
        case (.greeting(let nonce), .helloAck): try prove(try Hello(frame), nonce)
        case (.ready, .response), (.draining, .response): try settle(frame)
        case (.ready, .drain):
            state = .draining
            refuseUnserved(after: frame.a)
            ended()
        case (_, .drain): break
        case (_, .goodbye):
            if case .greeting = state { throw FrameError.handshake(String(buffer: frame.body)) }
            frames?.close()
        default: throw FrameError.outOfOrder(frame.kind)
        }
    }

    private func prove(_ answer: Hello, _ nonce: Data) throws {
        guard let serverNonce = answer.nonce, let proof = answer.proof else { throw FrameError.handshake("no proof") }
        let names = HandshakeNames(
            clientNonce: nonce, serverNonce: serverNonce, client: greeting.service, server: answer.service)
        guard answer.service == greeting.expectedServer else {
            throw FrameError.handshake("expected \(greeting.expectedServer), found \(answer.service)")
        }
        guard greeting.secret.isProof(proof, of: .server, names) else {
            throw FrameError.handshake("\(answer.service) does not hold the shared secret")
        }
        let proven = Hello(service: greeting.service, proof: greeting.secret.proof(of: .client, names), limits: limits)
        frames?.write(try proven.frame(.hello))
        peerInFlightMax = answer.inFlightMax
        state = .ready
        ready.succeed()
    }

    /// What the server will not serve certainly does not run, so it may be sent again.
    private func refuseUnserved(after lastServed: UInt32) {
        for (id, call) in pending where id > lastServed {
            pending[id] = nil
            call.promise.fail(RPCFault.draining)
        }
    }

    private func settle(_ frame: Frame) throws {
        // None is left when it timed out or was cancelled meanwhile.
        guard let call = pending.removeValue(forKey: frame.id) else { return }
        let status = RPCStatus(rawValue: UInt16(truncatingIfNeeded: frame.a >> 16)) ?? .unknown
        guard status == .ok else { return call.promise.fail(RPCFault(frame, status)) }
        let metadata: RPCMetadata
        do {
            metadata = try RPCMetadata(frame.metadata)
        } catch {
            call.promise.fail(RPCFault(.internal, "bad_reply", "The metadata of the reply cannot be read."))
            throw error
        }
        call.promise.succeed(
            RPCReply(body: frame.body, resource: metadata.replyResource, version: metadata.replyVersion))
    }

    // MARK: calls

    /// Sends a request; nil when this connection takes none. The promise is settled exactly once.
    func send(
        _ method: RPCMethodEntry, body: ByteBuffer, metadata: ByteBuffer, deadline: NIODeadline,
        promise: EventLoopPromise<RPCReply>
    ) -> UInt32? {
        guard isUsable, let frames, lastID < .max else { return nil }
        guard frames.isWritable, pending.count < peerInFlightMax else {
            promise.fail(
                RPCFault(
                    .resourceExhausted, "busy", "Too many calls at once.", retryAfterMilliseconds: 64,
                    isNotExecuted: true))
            return 0
        }
        let remaining = (deadline - .now()).nanoseconds / 1_000_000
        guard remaining > 0 else {
            promise.fail(
                RPCFault(.deadlineExceeded, "deadline_exceeded", "No time left for the call.", isNotExecuted: true))
            return 0
        }
        let frame = Frame(
            .request, flags: method.isIdempotent ? .isIdempotent : [], id: lastID + 1,
            a: UInt32(clamping: remaining), method: method.id, metadata: metadata, body: body)
        guard frame.encodedBytes <= limits.frameBytesMax, metadata.readableBytes <= RPCLimits.metadataBytesMax else {
            promise.fail(
                RPCFault(
                    .invalidArgument, "request_too_large", "The request is larger than a frame may be.",
                    isNotExecuted: true))
            return 0
        }
        lastID += 1
        pending[lastID] = Pending(promise: promise, deadline: deadline)
        frames.write(frame)
        sweepDeadlines()
        return lastID
    }

    func cancel(_ id: UInt32) {
        guard let call = pending.removeValue(forKey: id) else { return }
        frames?.write(Frame(.cancel, id: id))
        call.promise.fail(RPCFault(.cancelled, "cancelled", "The caller gave up."))
    }

    /// One timer for all calls: a call ends at most 20 ms after its deadline, even when nothing answers.
    private func sweepDeadlines() {
        guard sweep == nil, let loop = frames?.eventLoop else { return }
        let period = TimeAmount.milliseconds(20)
        sweep = loop.scheduleRepeatedTask(initialDelay: period, delay: period) { task in
            let now = NIODeadline.now()
            for (id, call) in self.pending where call.deadline <= now {
                self.pending[id] = nil
                self.frames?.write(Frame(.cancel, id: id))
                call.promise.fail(
                    RPCFault(
                        .deadlineExceeded, "deadline_exceeded",
                        "\(self.greeting.expectedServer) did not answer in time."))
            }
            if self.pending.isEmpty {
                task.cancel()
                self.sweep = nil
            }
        }
    }

    /// Says goodbye; calls under way are lost.
    func close() { frames?.close(saying: "client stops") }
}
