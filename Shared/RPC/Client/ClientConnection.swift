import Logging
import NIOCore

/// One connection to a server: matches replies to calls. Confined to its event loop.
final class ClientConnection: FrameConnection, @unchecked Sendable {  // confined to its event loop
    private enum State {
        case greeting(ClientGreeting)
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
    private(set) var frames: FrameChannel?
    private var pending: [UInt32: ClientCall] = [:]
    private var lastID: UInt32 = 0
    private var peerInFlightMax = 1
    private var peerFrameBytesMax = 0
    private var sweep: RepeatedTask?
    var peer: TLSPeer?

    init(
        _ client: RPCClient.Configuration, logger: Logger, ready: EventLoopPromise<Void>,
        ended: @escaping (Bool) -> Void
    ) {
        self.client = client
        self.logger = logger
        self.ready = ready
        self.ended = ended
        state = .greeting(ClientGreeting(client))
    }

    var isUsable: Bool { if case .ready = state { true } else { false } }

    func begin(_ context: ChannelHandlerContext) {
        guard frames == nil, case .greeting(let greeting) = state else { return }
        let frames = FrameChannel(context, limits: client.limits, checksums: client.security.needsChecksums)
        frames.closing = { self.end() }
        self.frames = frames
        frames.startKeepAlive()
        do {
            frames.write(try greeting.hello())
        } catch {
            fail(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { frames?.readComplete() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.close(promise: nil)
    }

    func fail(_ error: any Error) {
        ready.fail(error)
        if isUsable {
            logger.warning("connection broken", metadata: ["peer": "\(client.peer)", "error": "\(error)"])
        }
        frames?.close(.protocolError, "\(error)")
        end()
    }

    /// A lost connection leaves every call unanswered: whether it ran is unknown.
    func end() {
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

    func receive(_ frame: Frame) throws {
        switch (state, frame.kind) {
        case (.ready, .response), (.draining, .response), (.ready, .streamEnd), (.draining, .streamEnd):
            settle(frame)
        case (.ready, .streamItem), (.draining, .streamItem): try take(frame)
        case (.closed, _), (_, .pong): break
        case (.ready, .ping), (.draining, .ping): frames?.write(Frame(.pong, a: frame.a))
        case (.greeting(let greeting), .helloAck): try prove(after: try Hello(frame), greeting)
        case (.ready, .drain):
            state = .draining
            refuseUnserved(after: frame.a)
            ended(true)
        case (_, .drain): break
        case (_, .goodbye): try takeLeave(frame)
        default: throw FrameError.outOfOrder(frame.kind)
        }
    }

    private func prove(after answer: Hello, _ greeting: ClientGreeting) throws {
        frames?.write(try greeting.proof(after: answer, from: peer))
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
            call.settle(try frame.outcome(bytesMax: client.limits.frameBytesMax))
        } catch {
            logger.warning("reply cannot be read", metadata: ["peer": "\(client.peer)", "error": "\(error)"])
            call.settle(.failure(.badReply))
        }
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
        guard frames.isWritable, pending.count < peerInFlightMax else { return refuse(call, .busy) }
        guard var frame = call.request(lastID + 1, at: .now()) else { return refuse(call, .expired) }
        guard frame.encodedBytes <= min(client.limits.frameBytesMax, peerFrameBytesMax),
            frame.metadata.readableBytes <= RPCLimits.metadataBytesMax
        else {
            return refuse(
                call,
                .refused(.invalidArgument, "request_too_large", "The request is larger than a frame may be."))
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

    private func refuse(_ call: ClientCall, _ fault: RPCFault) -> Bool {
        call.settle(.failure(fault))
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
