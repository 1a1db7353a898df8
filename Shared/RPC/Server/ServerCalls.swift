import Logging
import NIOCore

/// The calls of one connection: admits them, runs their handlers on the connection's event loop, answers each exactly once.
/// Confined to that loop.
final class ServerCalls: @unchecked Sendable {  // confined to its event loop
    /// How long handlers may begin, one after the other, before the loop looks at its sockets again: what waits there may be a
    /// CANCEL, and the time of a call runs from when it is read.
    private static let slice = TimeAmount.milliseconds(1)
    /// Long enough that the loop turns to its sockets, short beside a slice.
    private static let pause = TimeAmount.microseconds(20)

    private let server: RPCServer.Configuration
    private let methods: ServedMethods
    private let stats: RPCStats
    private let logger: Logger
    private let loop: ServerLoop
    /// False while the peer does not read what it was sent; then nothing begins.
    private let isWritable: () -> Bool
    private let write: (Frame) -> Void
    /// Called when the connection drains and the last call is answered.
    private let drained: () -> Void

    private var queue = CallQueue()
    private let running: RunningCalls
    private(set) var lastID: UInt32 = 0
    private var lastFinished: UInt32 = 0
    private var isDraining = false
    private var hasEnded = false
    /// Of the requests that wait or run.
    private var inFlightBytes = 0
    private var frameBytesMax: Int
    private var continuation: Scheduled<Void>?

    init(
        _ server: RPCServer.Configuration, methods: ServedMethods, stats: RPCStats, logger: Logger,
        loop: ServerLoop, isWritable: @escaping () -> Bool, write: @escaping (Frame) -> Void,
        drained: @escaping () -> Void
    ) {
        self.server = server
        self.methods = methods
        self.stats = stats
        self.logger = logger
        self.loop = loop
        self.isWritable = isWritable
        self.write = write
        self.drained = drained
        running = RunningCalls(loop.eventLoop)
        frameBytesMax = server.limits.frameBytesMax
    }

    private var inFlight: Int { queue.count + running.count }

    /// - Parameter frameBytesMax: what the peer takes at most.
    func admitted(frameBytesMax: Int) { self.frameBytesMax = min(self.frameBytesMax, frameBytesMax) }

    // MARK: what the peer sends

    /// - Throws: `FrameError.outOfOrder` for an id that is not higher than all before.
    func receive(_ request: Frame, from peer: String, at now: NIODeadline) throws {
        guard request.id > lastID else { throw FrameError.outOfOrder(.request) }
        lastID = request.id
        stats.inFlight.add(1)
        let call = ServerCall(
            frame: request, method: methods[request.method], arrival: now, deadline: deadline(of: request, from: now))
        if let refusal = refusal(of: call, from: peer) {
            answer(call, .failure(refusal))
        } else {
            queue.add(call)
            inFlightBytes += request.encodedBytes
            loop.load.arrived()
        }
    }

    func cancel(_ id: UInt32) {
        if !running.cancel(id) { _ = queue.cancel(id) }
    }

    func credit(_ items: UInt32, for id: UInt32) {
        if !running.grant(items, to: id) { queue.grant(items, to: id) }
    }

    /// Whether a stream is under way that will end by itself.
    var isTransferring: Bool { running.isTransferring }

    private func deadline(of request: Frame, from now: NIODeadline) -> NIODeadline? {
        switch request.a {
        case 0: now + server.limits.defaultDeadline
        case Frame.noDeadline where request.flags.contains(.wantsStream): nil
        default: now + .milliseconds(Int64(request.a))
        }
    }

    /// Refuses before anything runs, so that the caller may safely try again elsewhere or later.
    private func refusal(of call: ServerCall, from peer: String) -> RPCFault? {
        if isDraining { return .draining }
        if let refusal = call.refusal(to: peer) { return refusal }
        let isFull =
            inFlight >= server.limits.inFlightMax
            || inFlightBytes + call.frame.encodedBytes > server.limits.inFlightBytesMax
        guard isFull || !call.canWait(loop.load.expectedWait) else { return nil }
        stats.refused.add(1)
        return .busy
    }

    // MARK: running

    /// Begins what waits, for the length of a slice. Call it at the end of each read.
    func serve(_ peer: String) {
        guard continuation == nil else { return }
        var now = NIODeadline.now()
        let end = now + Self.slice
        while isWritable(), let call = queue.next() {
            loop.load.left()
            if let refusal = call.refusal(at: now, isDraining: isDraining) {
                if refusal.status == .deadlineExceeded { stats.expired.add(1) }
                settle(call, .failure(refusal))
            } else {
                start(call, from: peer)
                let after = NIODeadline.now()
                loop.load.ran(for: after - now)
                now = after
            }
            if now > end, !queue.isEmpty { return serveLater(peer) }
        }
        if isDraining, inFlight == 0 { drained() }
    }

    /// What waited for the peer to read goes on.
    func resume(_ peer: String) {
        running.resumeStreams()
        serve(peer)
    }

    private func serveLater(_ peer: String) {
        continuation = loop.eventLoop.scheduleTask(in: Self.pause) {
            self.continuation = nil
            if !self.hasEnded { self.serve(peer) }
        }
    }

    private func start(_ call: ServerCall, from peer: String) {
        let body: ByteBuffer
        let context: RPCContext
        do {
            (body, context) = try call.opened(from: peer, bytesMax: server.limits.frameBytesMax)
        } catch {
            return settle(call, .failure(fault(error, call, nil)))
        }
        let stream = call.method.entry.isStream ? stream(call.id) : nil
        stream?.grant(call.credit)
        let task = loop.executor.start {
            let outcome = await self.outcome(call, body, context, stream)
            // The preferred executor brings the task back here, wherever the handler has been.
            self.loop.eventLoop.preconditionInEventLoop()
            self.finish(call, outcome)
        }
        // Most handlers have answered by now.
        guard lastFinished != call.id else { return }
        guard !hasEnded else {
            // The connection broke while the handler wrote: `end` did not know of this call.
            task.cancel()
            stream?.end()
            return stats.inFlight.add(-1)
        }
        running.add(
            call.id,
            .init(task: task, deadline: call.deadline, isEndless: call.method.entry.isLongPoll, stream: stream))
    }

    private func stream(_ id: UInt32) -> ServerStream {
        ServerStream(
            loop.eventLoop, itemBytesMax: frameBytesMax - Frame.headerBytes, isWritable: isWritable
        ) { item in
            var frame = Frame(.streamItem, id: id, body: item)
            frame.compressBody(atLeast: self.server.limits.compressedBodyBytesMin)
            self.write(frame)
        }
    }

    private func outcome(
        _ call: ServerCall, _ body: ByteBuffer, _ context: RPCContext, _ stream: ServerStream?
    ) async -> Result<RPCReply, RPCFault> {
        do {
            switch call.method.handler {
            case .unary(let handler): return .success(try await handler(body, context))
            case .stream(let handler):
                if let stream { try await handler(body, context, stream) }
                return .success(RPCReply(body: ByteBuffer()))
            }
        } catch {
            return .failure(fault(error, call, context))
        }
    }

    /// What is none of the caller's business is logged whole.
    private func fault(_ error: any Error, _ call: ServerCall, _ context: RPCContext?) -> RPCFault {
        if let fault = call.fault(for: error, at: .now(), isDraining: isDraining) { return fault }
        logger.error(
            "call failed",
            metadata: [
                "rpc.method": "\(call.method.entry.name)", "request.id": "\(context?.requestID ?? "")",
                "trace.id": "\(context?.trace.traceID ?? "")", "error": "\(error)",
            ])
        return .internal
    }

    // MARK: answers

    private func finish(_ call: ServerCall, _ outcome: Result<RPCReply, RPCFault>) {
        lastFinished = call.id
        running.remove(call.id)
        guard !hasEnded else { return }
        settle(call, outcome)
        if isDraining, inFlight == 0 { drained() }
    }

    /// Answers a call that was admitted.
    private func settle(_ call: ServerCall, _ outcome: Result<RPCReply, RPCFault>) {
        inFlightBytes -= call.frame.encodedBytes
        answer(call, outcome)
    }

    private func answer(_ call: ServerCall, _ outcome: Result<RPCReply, RPCFault>) {
        let entry = call.method.entry
        var frame = Frame(
            entry.isStream ? .streamEnd : .response, answering: call.id, with: outcome, bytesMax: frameBytesMax)
        frame.compressBody(atLeast: server.limits.compressedBodyBytesMin)
        let elapsed = NIODeadline.now() - call.arrival
        stats.inFlight.add(-1)
        call.method.stats.finished(frame.status, microseconds: Int(elapsed.nanoseconds / 1000))
        server.observe(entry, frame.status, elapsed)
        write(frame)
    }

    // MARK: the end

    /// Takes no new calls and lets those under way finish; those that only wait for news end at once.
    func drain() {
        isDraining = true
        running.cancelEndless()
        if inFlight == 0 { drained() }
    }

    /// The connection is gone: nobody can be answered any more.
    func end() {
        hasEnded = true
        continuation?.cancel()
        stats.inFlight.add(-inFlight)
        running.cancelAll()
        loop.load.left(queue.count)
        queue = CallQueue()
    }
}
