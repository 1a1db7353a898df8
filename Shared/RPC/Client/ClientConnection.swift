import Foundation
import Logging
import NIOCore
import NIOTLS

/// One connection to a server: matches replies to calls. Confined to its event loop.
final class ClientConnection: ChannelInboundHandler, @unchecked Sendable {  // confined to its event loop
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case greeting(nonce: Data)
        case ready
        /// The server finishes what it has and takes no more.
        case draining
        case closed
    }

    private static let sweepPeriod = TimeAmount.milliseconds(20)

    private let client: RPCClient.Configuration
    private let logger: Logger
    /// Succeeds when the handshake is done.
    private let ready: EventLoopPromise<Void>
    /// Called once, when no new call may be sent any more; true when the server asked for it in good order.
    private let ended: (Bool) -> Void

    private var state: State
    private var frames: FrameChannel?
    private var pending: [UInt32: ClientCall] = [:]
    private var lastID: UInt32 = 0
    private var peerInFlightMax = 1
    private var peerFrameBytesMax = 0
    private var sweep: RepeatedTask?
    private var peer: TLSPeer?

    init(
        _ client: RPCClient.Configuration, logger: Logger, ready: EventLoopPromise<Void>,
        ended: @escaping (Bool) -> Void
    ) {
        self.client = client
        self.logger = logger
        self.ready = ready
        self.ended = ended
        state = .greeting(nonce: HandshakeNames.nonce())
    }

    var isUsable: Bool { if case .ready = state { true } else { false } }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard frames == nil, case .greeting(let nonce) = state else { return }
        let frames = FrameChannel(context, limits: client.limits, checksums: client.security.needsChecksums)
        frames.closing = { self.end() }
        self.frames = frames
        frames.startKeepAlive()
        do {
            var hello = greeting()
            hello.nonce = nonce
            hello.tableHash = client.tableHash
            frames.write(try hello.frame(.hello))
        } catch {
            fail(error)
        }
    }

    private func greeting() -> Hello {
        var hello = Hello(service: client.service, limits: client.limits)
        hello.build = client.version
        return hello
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try frames?.read(unwrapInboundIn(data), at: .now(), receive)
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

    func channelReadComplete(context: ChannelHandlerContext) { frames?.readComplete() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.close(promise: nil)
    }

    private func fail(_ error: any Error) {
        ready.fail(error)
        if isUsable {
            logger.warning("connection broken", metadata: ["peer": "\(client.peer)", "error": "\(error)"])
        }
        frames?.close(.protocolError, "\(error)")
        end()
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
            call.settle(.failure(.connectionLost(client.peer)))
        }
        if wasUsable { ended(false) }
    }

    // MARK: frames

    private func receive(_ frame: Frame) throws {
        switch (state, frame.kind) {
        case (.ready, .response), (.draining, .response), (.ready, .streamEnd), (.draining, .streamEnd):
            settle(frame)
        case (.ready, .streamItem), (.draining, .streamItem): try take(frame)
        case (.closed, _), (_, .pong): break
        case (.ready, .ping), (.draining, .ping): frames?.write(Frame(.pong, a: frame.a))
        case (.greeting(let nonce), .helloAck): try prove(try Hello(frame), nonce)
        case (.ready, .drain):
            state = .draining
            refuseUnserved(after: frame.a)
            ended(true)
        case (_, .drain): break
        case (_, .goodbye): try takeLeave(frame)
        default: throw FrameError.outOfOrder(frame.kind)
        }
    }

    private func prove(_ answer: Hello, _ nonce: Data) throws {
        guard let serverNonce = answer.nonce, serverNonce.count == Hello.nonceBytes else {
            throw FrameError.handshake("no nonce")
        }
        let names = HandshakeNames(
            clientNonce: nonce, serverNonce: serverNonce, client: client.service, server: answer.service)
        guard answer.service == client.peer else {
            throw FrameError.wrongPeer(expected: client.peer, found: answer.service)
        }
        guard answer.version == nil || answer.version == Frame.version else {
            throw FrameError.handshake("the server chose version \(answer.version ?? 0)")
        }
        try client.security.check(answer.proof, of: .server, names, peer)
        var proven = greeting()
        proven.proof = client.security.proof(of: .client, names)
        frames?.write(try proven.frame(.hello))
        peerInFlightMax = answer.inFlightMax
        peerFrameBytesMax = answer.frameBytesMax
        frames?.isAdmitted = true
        state = .ready
        ready.succeed()
    }

    private func takeLeave(_ frame: Frame) throws {
        let words = String(buffer: frame.body)
        if case .greeting = state { throw FrameError.handshake(words) }
        logger.debug(
            "server said goodbye",
            metadata: ["peer": "\(client.peer)", "rpc.reason": "\(frame.a)", "rpc.words": "\(words)"])
        frames?.close()
    }

    /// What the server will not serve certainly does not run, so it may be sent again.
    private func refuseUnserved(after lastServed: UInt32) {
        for (id, call) in pending where id > lastServed {
            pending[id] = nil
            call.settle(.failure(.draining))
        }
    }

    /// One that cannot be read is this call's failure alone; where frames begin and end is known all the same.
    private func settle(_ frame: Frame) {
        // None is left when it timed out or was cancelled meanwhile.
        guard let call = pending.removeValue(forKey: frame.id) else { return }
        do {
            call.settle(try reply(frame))
        } catch {
            logger.warning("reply cannot be read", metadata: ["peer": "\(client.peer)", "error": "\(error)"])
            call.settle(.failure(.badReply))
        }
    }

    private func reply(_ frame: Frame) throws -> Result<RPCReply, RPCFault> {
        var frame = frame
        try frame.inflateBody(bytesMax: client.limits.frameBytesMax)
        let status = RPCStatus(rawValue: UInt16(truncatingIfNeeded: frame.a >> 16)) ?? .unknown
        guard status == .ok else { return .failure(RPCFault(frame, status)) }
        guard frame.metadata.readableBytes > 0 else { return .success(RPCReply(body: frame.body)) }
        let metadata = try RPCMetadata(frame.metadata)
        return .success(RPCReply(body: frame.body, resource: metadata.replyResource, version: metadata.replyVersion))
    }

    private func take(_ frame: Frame) throws {
        guard let call = pending[frame.id], let stream = call.stream else { return }
        var frame = frame
        do {
            try frame.inflateBody(bytesMax: client.limits.frameBytesMax)
        } catch {
            pending[frame.id] = nil
            frames?.write(Frame(.cancel, id: frame.id))
            return call.settle(.failure(.badReply))
        }
        try stream.receive(frame.body)
    }

    // MARK: calls

    /// Sends a request, or settles it at once. False when this connection takes none.
    func send(_ call: ClientCall) -> Bool {
        guard isUsable, let frames else { return false }
        guard lastID < .max else {
            state = .draining
            ended(true)
            return false
        }
        guard frames.isWritable, pending.count < peerInFlightMax else {
            call.settle(.failure(.busy))
            return true
        }
        let remaining = call.deadline.map { ($0 - .now()).nanoseconds / 1_000_000 }
        guard remaining ?? 1 > 0 else {
            call.settle(.failure(.expired))
            return true
        }
        var frame = Frame(
            .request, flags: call.method.isIdempotent ? .isIdempotent : [], id: lastID + 1,
            a: remaining.map { UInt32(min($0, Int64(Frame.noDeadline - 1))) } ?? Frame.noDeadline,
            method: call.method.id, metadata: call.metadata, body: call.body)
        if call.method.isStream { frame.flags.insert(.wantsStream) }
        guard frame.encodedBytes <= min(client.limits.frameBytesMax, peerFrameBytesMax),
            call.metadata.readableBytes <= RPCLimits.metadataBytesMax
        else {
            call.settle(
                .failure(
                    .refused(.invalidArgument, "request_too_large", "The request is larger than a frame may be.")))
            return true
        }
        frame.compressBody(atLeast: client.limits.compressedBodyBytesMin)
        lastID += 1
        call.id = lastID
        call.connection = self
        pending[lastID] = call
        frames.write(frame)
        if let stream = call.stream { frames.write(Frame(.credit, id: lastID, a: UInt32(stream.window))) }
        sweepDeadlines()
        return true
    }

    func cancel(_ call: ClientCall) {
        guard pending.removeValue(forKey: call.id) != nil else { return }
        frames?.write(Frame(.cancel, id: call.id))
        call.settle(.failure(RPCFault(.cancelled, "cancelled", "The caller gave up.")))
    }

    func grant(_ items: Int, _ call: ClientCall) {
        guard pending[call.id] === call else { return }
        frames?.write(Frame(.credit, id: call.id, a: UInt32(items)))
    }

    /// One timer for all calls: a call ends at most 20 ms after its deadline, even when nothing answers.
    private func sweepDeadlines() {
        guard sweep == nil, let loop = frames?.eventLoop else { return }
        let period = Self.sweepPeriod
        sweep = loop.scheduleRepeatedTask(initialDelay: period, delay: period) { task in
            let now = NIODeadline.now()
            for (id, call) in self.pending where call.deadline.map({ $0 <= now }) ?? false {
                self.pending[id] = nil
                self.frames?.write(Frame(.cancel, id: id))
                call.settle(
                    .failure(
                        RPCFault(
                            .deadlineExceeded, "deadline_exceeded", "\(self.client.peer) did not answer in time.")))
            }
            if self.pending.isEmpty {
                task.cancel()
                self.sweep = nil
            }
        }
    }

    /// Says goodbye; calls under way are lost.
    func close() { frames?.close(.stopping, "client stops") }
}
