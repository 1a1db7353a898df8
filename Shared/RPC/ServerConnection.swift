import Foundation
import Logging
import NIOCore
import NIOFoundationEssentialsCompat

/// One accepted connection, from the handshake to the close. Every RESPONSE is written here, exactly one per REQUEST, also
/// after CANCEL.
final class ServerConnection: ChannelInboundHandler, @unchecked Sendable {  // confined to its event loop
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case awaitingHello
        case awaitingProof(HandshakeNames)
        case ready(peer: String)
        case closed
    }

    private struct Call {
        let task: Task<Void, Never>
        let deadline: NIODeadline
        let isLongPoll: Bool
    }

    /// EX_TEMPFAIL of sysexits(3): what a part below says that could not take the work now and did none of it.
    private static let temporaryFailure = 75

    private let server: RPCServer.Configuration
    private let router: RPCRouter
    private let stats: RPCStats
    private let logger: Logger
    private let executor: EventLoopTaskExecutor

    private var state = State.awaitingHello
    private var frames: FrameChannel?
    private var calls: [UInt32: Call] = [:]
    private var lastID: UInt32 = 0
    private var isDraining = false
    private var handshakeTimer: Scheduled<Void>?
    private var deadlineSweep: RepeatedTask?

    init(
        _ server: RPCServer.Configuration, router: RPCRouter, stats: RPCStats, logger: Logger,
        executor: EventLoopTaskExecutor
    ) {
        self.server = server
        self.router = router
        self.stats = stats
        self.logger = logger
        self.executor = executor
    }

    func channelActive(context: ChannelHandlerContext) {
        let frames = FrameChannel(context, limits: server.limits)
        self.frames = frames
        stats.connected()
        frames.startKeepAlive()
        handshakeTimer = context.eventLoop.scheduleTask(in: server.limits.handshakeTimeout) {
            self.fail(FrameError.handshake("no greeting in time"))
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

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable { fail(FrameError.handshake("the peer does not read its replies")) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        state = .closed
        handshakeTimer?.cancel()
        deadlineSweep?.cancel()
        frames?.stop()
        frames = nil
        calls.values.forEach { $0.task.cancel() }
        calls.removeAll()
        stats.disconnected()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func fail(_ error: any Error) {
        guard case .closed = state else {
            logger.debug("connection refused", metadata: ["error": "\(error)"])
            frames?.close(saying: "\(error)")
            state = .closed
            return
        }
    }

    // MARK: frames

    private func receive(_ frame: Frame) throws {
        switch (state, frame.kind) {
        case (.closed, _): break
        case (_, .ping): frames?.write(Frame(.pong, a: frame.a))
        case (_, .pong): break
        case (.awaitingHello, .hello): try greet(try Hello(frame))
        case (.awaitingProof(let names), .hello): try admit(try Hello(frame), names)
        case (.ready(let peer), .request): request(frame, from: peer)
        case (.ready, .cancel): calls[frame.id]?.task.cancel()
        case (.ready, .goodbye): frames?.close()
        default: throw FrameError.outOfOrder(frame.kind)
        }
    }

    private func greet(_ hello: Hello) throws {
        guard let clientNonce = hello.nonce, clientNonce.count == 32 else { throw FrameError.handshake("no nonce") }
        let names = HandshakeNames(
            clientNonce: clientNonce, serverNonce: HandshakeNames.nonce(), client: hello.service, server: server.service
        )
        let answer = Hello(
            service: server.service, nonce: names.serverNonce, proof: server.secret.proof(of: .server, names),
            limits: server.limits)
        frames?.write(try answer.frame(.helloAck))
        state = .awaitingProof(names)
    }

    private func admit(_ hello: Hello, _ names: HandshakeNames) throws {
        guard let proof = hello.proof, server.secret.isProof(proof, of: .client, names) else {
            throw FrameError.handshake("the peer does not hold the shared secret")
        }
        handshakeTimer?.cancel()
        state = .ready(peer: names.client)
        if isDraining { drain() }
    }

    // MARK: calls

    private func request(_ frame: Frame, from peer: String) {
        let arrival = NIODeadline.now()
        stats.started()
        let route: RPCRouter.Route
        let context: RPCContext
        do {
            route = try self.route(frame, peer)
            context = try self.context(frame, peer, arrival)
        } catch {
            let name = router.routes[frame.method]?.entry.name ?? "unknown"
            return answer(frame.id, name, since: arrival, .failure(fault(error, name, nil)))
        }
        lastID = max(lastID, frame.id)
        let body = frame.body
        let task = Task(executorPreference: executor) {
            let outcome = await self.run(route, body, context)
            // The preferred executor brings the task back here, wherever the handler has been.
            self.executor.eventLoop.preconditionInEventLoop()
            self.finish(frame.id, route.entry.name, since: arrival, outcome)
        }
        calls[frame.id] = Call(task: task, deadline: context.deadline, isLongPoll: route.entry.isLongPoll)
        sweepDeadlines()
    }

    /// Refuses before anything runs, so that the caller may safely try again elsewhere or later.
    private func route(_ frame: Frame, _ peer: String) throws -> RPCRouter.Route {
        guard !isDraining else {
            throw RPCFault.draining
        }
        guard calls.count < server.limits.inFlightMax else {
            throw RPCFault(
                .resourceExhausted, "busy", "Too many calls at once.", retryAfterMilliseconds: 64, isNotExecuted: true)
        }
        guard frame.id != 0, calls[frame.id] == nil, frame.flags.isDisjoint(with: .unsupported)
        else {
            throw RPCFault(.invalidArgument, "bad_frame", "The request frame cannot be served.", isNotExecuted: true)
        }
        guard let route = router.routes[frame.method] else {
            throw RPCFault(.unimplemented, "unimplemented", "No such method.", isNotExecuted: true)
        }
        guard route.entry.callers == BuiltInMethods.anyone || route.entry.callers.contains(peer) else {
            throw RPCFault(
                .permissionDenied, "caller_not_allowed", "\(peer) may not call \(route.entry.name).",
                isNotExecuted: true)
        }
        return route
    }

    private func context(_ frame: Frame, _ peer: String, _ arrival: NIODeadline) throws -> RPCContext {
        let metadata = try RPCMetadata(frame.metadata)
        guard metadata.identity == nil || peer == server.identityPeer else {
            throw RPCFault(
                .permissionDenied, "identity_not_allowed", "\(peer) may not speak for a user.", isNotExecuted: true)
        }
        let remaining = frame.a == 0 ? server.limits.defaultDeadline : .milliseconds(Int64(frame.a))
        return RPCContext(
            peer: peer, identity: metadata.identity, trace: metadata.trace ?? .random(), requestID: metadata.requestID,
            resource: metadata.resource, ifMatch: metadata.ifMatch, idempotencyKey: metadata.idempotencyKey,
            clientAddress: metadata.clientAddress, deadline: arrival + remaining)
    }

    private func run(_ route: RPCRouter.Route, _ body: ByteBuffer, _ context: RPCContext) async -> Result<
        RPCReply, RPCFault
    > {
        guard NIODeadline.now() < context.deadline else {
            return .failure(RPCFault(.deadlineExceeded, "deadline_exceeded", "Too late to start.", isNotExecuted: true))
        }
        do {
            return .success(try await route.handler(body, context))
        } catch {
            return .failure(fault(error, route.entry.name, context))
        }
    }

    private func fault(_ error: any Error, _ method: String, _ context: RPCContext?) -> RPCFault {
        switch error {
        case let fault as RPCFault: return fault
        case let error as FrameError:
            return RPCFault(.invalidArgument, "bad_metadata", "\(error)", isNotExecuted: true)
        case is CancellationError where isDraining:
            return .draining
        case let error as any CustomNSError where error.errorCode == Self.temporaryFailure:
            return RPCFault(
                .resourceExhausted, "busy", "Too much to do at the moment.", retryAfterMilliseconds: 1000,
                isNotExecuted: true)
        case is CancellationError:
            return RPCFault(.cancelled, "cancelled", "The caller gave up or the deadline passed.")
        default:
            logger.error(
                "call failed",
                metadata: [
                    "rpc.method": "\(method)", "request.id": "\(context?.requestID ?? "")",
                    "trace.id": "\(context?.trace.traceID ?? "")", "error": "\(error)",
                ])
            return .internal
        }
    }

    private func finish(
        _ id: UInt32, _ method: String, since arrival: NIODeadline, _ outcome: Result<RPCReply, RPCFault>
    ) {
        calls[id] = nil
        answer(id, method, since: arrival, outcome)
        if isDraining, calls.isEmpty { frames?.closeAfterWriting("drained") }
    }

    private func answer(
        _ id: UInt32, _ method: String, since arrival: NIODeadline, _ outcome: Result<RPCReply, RPCFault>
    ) {
        let elapsed = NIODeadline.now() - arrival
        var status: RPCStatus
        var frame = Frame(.response, id: id)
        switch outcome {
        case .success(let reply):
            status = .ok
            var metadata = RPCMetadata()
            metadata.replyResource = reply.resource
            metadata.replyVersion = reply.version
            frame.metadata = metadata.encoded()
            frame.body = reply.body
        case .failure(let fault):
            status = fault.status
            frame.fail(fault)
        }
        if frame.encodedBytes > server.limits.frameBytesMax {
            status = .internal
            frame = Frame(.response, id: id)
            frame.fail(RPCFault(status, "reply_too_large", "The answer is larger than a frame may be."))
        }
        stats.finished(method, status, microseconds: Int(elapsed.nanoseconds / 1000))
        server.observe(method, status, elapsed)
        frames?.write(frame)
    }

    /// Calls that outlive their deadline are cancelled, a few times a second, as long as there are calls.
    private func sweepDeadlines() {
        guard deadlineSweep == nil else { return }
        let period = TimeAmount.milliseconds(200)
        deadlineSweep = executor.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { sweep in
            let now = NIODeadline.now()
            for call in self.calls.values where call.deadline < now { call.task.cancel() }
            if self.calls.isEmpty {
                sweep.cancel()
                self.deadlineSweep = nil
            }
        }
    }

    /// Takes no new calls, finishes those under way, closes. Calls that only wait for news end at once. On the event loop.
    func drain() {
        isDraining = true
        guard case .ready = state else { return }
        frames?.write(Frame(.drain, a: lastID))
        for call in calls.values where call.isLongPoll { call.task.cancel() }
        if calls.isEmpty { frames?.closeAfterWriting("drained") }
    }
}
