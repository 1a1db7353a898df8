import Foundation
import Logging
import NIOCore

/// The calls of one connection: admits them, runs their handlers on the connection's event loop, answers each exactly once.
/// Confined to that loop.
final class ServerCalls: @unchecked Sendable {  // confined to its event loop
    private struct Running {
        let task: Task<Void, Never>
        let deadline: NIODeadline?
        /// Ends with the drain instead of being waited for.
        let isEndless: Bool
        let stream: ServerStream?
    }

    /// How long handlers may begin, one after the other, before the loop looks at its sockets again: what waits there may be a
    /// CANCEL, and the time of a call runs from when it is read.
    private static let slice = TimeAmount.milliseconds(1)
    /// Long enough that the loop turns to its sockets, short beside a slice.
    private static let pause = TimeAmount.microseconds(20)
    private static let sweepPeriod = TimeAmount.milliseconds(100)
    /// The one peer that may say on whose behalf it calls.
    private static let identityPeer = "gateway"

    private let server: RPCServer.Configuration
    private let methods: [UInt16: ServedMethod]
    private let unknown: ServedMethod
    private let stats: RPCStats
    private let logger: Logger
    private let loop: ServerLoop
    /// False while the peer does not read what it was sent; then nothing begins.
    private let isWritable: () -> Bool
    private let write: (Frame) -> Void
    /// Called when the connection drains and the last call is answered.
    private let drained: () -> Void

    private var queue = CallQueue()
    private var running: [UInt32: Running] = [:]
    private(set) var lastID: UInt32 = 0
    private var lastFinished: UInt32 = 0
    private var isDraining = false
    private var hasEnded = false
    /// Of the requests that wait or run.
    private var inFlightBytes = 0
    private var frameBytesMax: Int
    private var continuation: Scheduled<Void>?
    private var sweep: RepeatedTask?

    init(
        _ server: RPCServer.Configuration, methods: ServedMethods, stats: RPCStats, logger: Logger,
        loop: ServerLoop, isWritable: @escaping () -> Bool, write: @escaping (Frame) -> Void,
        drained: @escaping () -> Void
    ) {
        self.server = server
        self.methods = methods.byID
        self.unknown = methods.unknown
        self.stats = stats
        self.logger = logger
        self.loop = loop
        self.isWritable = isWritable
        self.write = write
        self.drained = drained
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
        let method = methods[request.method] ?? unknown
        let call = CallQueue.Waiting(
            frame: request, route: method, arrival: now, deadline: deadline(of: request, from: now))
        if let refusal = refusal(of: call, from: peer, at: now) {
            answer(call.frame.id, method, since: now, .failure(refusal))
        } else {
            queue.add(call)
            inFlightBytes += request.encodedBytes
            loop.load.arrived()
        }
    }

    func cancel(_ id: UInt32) {
        if let call = running[id] {
            call.task.cancel()
            call.stream?.end()
        } else {
            _ = queue.cancel(id)
        }
    }

    func credit(_ items: UInt32, for id: UInt32) {
        if let call = running[id] { call.stream?.grant(items) } else { queue.grant(items, to: id) }
    }

    /// Whether a stream is under way that will end by itself.
    var isTransferring: Bool { running.values.contains { $0.stream != nil && !$0.isEndless } }

    private func deadline(of request: Frame, from now: NIODeadline) -> NIODeadline? {
        switch request.a {
        case 0: now + server.limits.defaultDeadline
        case Frame.noDeadline where request.flags.contains(.wantsStream): nil
        default: now + .milliseconds(Int64(request.a))
        }
    }

    /// Refuses before anything runs, so that the caller may safely try again elsewhere or later.
    private func refusal(of call: CallQueue.Waiting, from peer: String, at now: NIODeadline) -> RPCFault? {
        let entry = call.route.entry
        if isDraining { return .draining }
        if call.route === unknown {
            return .refused(.unimplemented, "unimplemented", "No such method.")
        }
        guard call.frame.flags.isSubset(of: .ofRequest), call.frame.flags.contains(.wantsStream) == entry.isStream
        else {
            return .refused(.invalidArgument, "bad_frame", "The request frame cannot be served.")
        }
        guard entry.callers == BuiltInMethods.anyone || entry.callers.contains(peer) else {
            return .refused(.permissionDenied, "caller_not_allowed", "\(peer) may not call \(entry.name).")
        }
        // A quarter of the time that is left may be spent waiting; the rest is for the call itself, and for the sockets of
        // both sides, whose queues nobody here sees.
        let isTooLate = call.deadline.map { loop.load.expectedWait > .nanoseconds(($0 - now).nanoseconds / 4) } ?? false
        let isFull =
            inFlight >= server.limits.inFlightMax
            || inFlightBytes + call.frame.encodedBytes > server.limits.inFlightBytesMax
        guard !isFull, !isTooLate else {
            stats.refused.add(1)
            return .busy
        }
        return nil
    }

    // MARK: running

    /// Begins what waits, for the length of a slice. Call it at the end of each read.
    func serve(_ peer: String) {
        guard continuation == nil else { return }
        var now = NIODeadline.now()
        let end = now + Self.slice
        while isWritable(), let call = queue.next() {
            loop.load.left()
            if call.isCancelled {
                refuse(call, .cancelledBeforeStart)
            } else if isDraining, call.route.entry.isLongPoll {
                refuse(call, .draining)
            } else if let deadline = call.deadline, now >= deadline {
                stats.expired.add(1)
                refuse(call, .expired)
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
        for call in running.values { call.stream?.resume() }
        serve(peer)
    }

    private func refuse(_ call: CallQueue.Waiting, _ fault: RPCFault) {
        inFlightBytes -= call.frame.encodedBytes
        answer(call.frame.id, call.route, since: call.arrival, .failure(fault))
    }

    private func serveLater(_ peer: String) {
        continuation = loop.eventLoop.scheduleTask(in: Self.pause) {
            self.continuation = nil
            if !self.hasEnded { self.serve(peer) }
        }
    }

    private func start(_ call: CallQueue.Waiting, from peer: String) {
        let id = call.frame.id
        let body: ByteBuffer
        let context: RPCContext
        do {
            (body, context) = try opened(call, from: peer)
        } catch {
            return refuse(call, fault(error, call.route, nil))
        }
        let bytes = call.frame.encodedBytes
        let stream = call.route.entry.isStream ? stream(id) : nil
        stream?.grant(call.credit)
        let task = loop.executor.start {
            let outcome = await self.outcome(call.route, body, context, stream)
            // The preferred executor brings the task back here, wherever the handler has been.
            self.loop.eventLoop.preconditionInEventLoop()
            self.inFlightBytes -= bytes
            self.finish(id, call.route, since: call.arrival, outcome)
        }
        // Most handlers have answered by now.
        guard lastFinished != id else { return }
        guard !hasEnded else {
            // The connection broke while the handler wrote: `end` did not know of this call.
            task.cancel()
            stream?.end()
            return stats.inFlight.add(-1)
        }
        running[id] = Running(
            task: task, deadline: call.deadline, isEndless: call.route.entry.isLongPoll,
            stream: stream)
        sweepDeadlines()
    }

    private func opened(_ call: CallQueue.Waiting, from peer: String) throws -> (ByteBuffer, RPCContext) {
        var frame = call.frame
        try frame.inflateBody(bytesMax: server.limits.frameBytesMax)
        let metadata = try RPCMetadata(frame.metadata)
        guard metadata.identity == nil || peer == Self.identityPeer else {
            throw RPCFault.refused(
                .permissionDenied, "identity_not_allowed", "\(peer) may not speak for a user.")
        }
        let context = RPCContext(
            peer: peer, identity: metadata.identity, trace: metadata.trace ?? .random(), requestID: metadata.requestID,
            resource: metadata.resource, ifMatch: metadata.ifMatch, idempotencyKey: metadata.idempotencyKey,
            clientAddress: metadata.clientAddress, userAgent: metadata.userAgent,
            deadline: call.deadline ?? .distantFuture)
        return (frame.body, context)
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
        _ method: ServedMethod, _ body: ByteBuffer, _ context: RPCContext, _ stream: ServerStream?
    ) async -> Result<RPCReply, RPCFault> {
        do {
            switch method.handler {
            case .unary(let handler): return .success(try await handler(body, context))
            case .stream(let handler):
                if let stream { try await handler(body, context, stream) }
                return .success(RPCReply(body: ByteBuffer()))
            }
        } catch {
            return .failure(fault(error, method, context))
        }
    }

    private func fault(_ error: any Error, _ method: ServedMethod, _ context: RPCContext?) -> RPCFault {
        switch error {
        case var fault as RPCFault:
            // That a call of the handler's own had no effect says nothing about what the handler did before it.
            if fault.isReceived { fault.isNotExecuted = false }
            return fault
        case let error as FrameError:
            return .refused(.invalidArgument, "bad_frame", "\(error)")
        case is CancellationError where isDraining && method.entry.isStream:
            return .streamDrained
        case is CancellationError where isDraining && method.entry.isLongPoll:
            // It only waited for news. Any other may have had its effect.
            return .draining
        case let error as any CustomNSError where error.errorCode == Self.temporaryFailure && !(error is POSIXError):
            return RPCFault(
                .resourceExhausted, "busy", "Too much to do at the moment.", retryAfterMilliseconds: 1000,
                isNotExecuted: true)
        case is CancellationError where context.map({ $0.deadline <= .now() }) ?? false:
            return RPCFault(.deadlineExceeded, "deadline_exceeded", "The call did not end in time.")
        case is CancellationError:
            return RPCFault(.cancelled, "cancelled", "The caller gave up.")
        default:
            logger.error(
                "call failed",
                metadata: [
                    "rpc.method": "\(method.entry.name)", "request.id": "\(context?.requestID ?? "")",
                    "trace.id": "\(context?.trace.traceID ?? "")", "error": "\(error)",
                ])
            return .internal
        }
    }

    /// EX_TEMPFAIL of sysexits(3): what a part below says that could not take the work now and did none of it.
    private static let temporaryFailure = 75

    // MARK: answers

    private func finish(
        _ id: UInt32, _ method: ServedMethod, since arrival: NIODeadline, _ outcome: Result<RPCReply, RPCFault>
    ) {
        lastFinished = id
        running[id] = nil
        guard !hasEnded else { return }
        answer(id, method, since: arrival, outcome)
        if isDraining, inFlight == 0 { drained() }
    }

    private func answer(
        _ id: UInt32, _ method: ServedMethod, since arrival: NIODeadline, _ outcome: Result<RPCReply, RPCFault>
    ) {
        var status = RPCStatus.ok
        var frame = Frame(method.entry.isStream ? .streamEnd : .response, id: id)
        switch outcome {
        case .success(let reply):
            frame.succeed(reply)
        case .failure(let fault):
            status = fault.status
            frame.fail(fault)
        }
        if frame.encodedBytes > frameBytesMax {
            status = .internal
            frame = Frame(frame.kind, id: id)
            frame.fail(RPCFault(status, "reply_too_large", "The answer is larger than a frame may be."))
        }
        frame.compressBody(atLeast: server.limits.compressedBodyBytesMin)
        let elapsed = NIODeadline.now() - arrival
        stats.inFlight.add(-1)
        method.stats.finished(status, microseconds: Int(elapsed.nanoseconds / 1000))
        server.observe(method.entry, status, elapsed)
        write(frame)
    }

    /// Calls that outlive their deadline are cancelled, a few times a second, as long as there are calls.
    private func sweepDeadlines() {
        guard sweep == nil else { return }
        let period = Self.sweepPeriod
        sweep = loop.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { sweep in
            let now = NIODeadline.now()
            for (id, call) in self.running where call.deadline.map({ $0 < now }) ?? false { self.cancel(id) }
            if self.running.isEmpty {
                sweep.cancel()
                self.sweep = nil
            }
        }
    }

    // MARK: the end

    /// Takes no new calls and lets those under way finish; those that only wait for news end at once.
    func drain() {
        isDraining = true
        for (id, call) in running where call.isEndless { cancel(id) }
        if inFlight == 0 { drained() }
    }

    /// The connection is gone: nobody can be answered any more.
    func end() {
        hasEnded = true
        sweep?.cancel()
        continuation?.cancel()
        stats.inFlight.add(-inFlight)
        for id in Array(running.keys) { cancel(id) }
        running.removeAll()
        loop.load.left(queue.count)
        queue = CallQueue()
    }
}

extension Frame {
    mutating func succeed(_ reply: RPCReply) {
        body = reply.body
        guard reply.resource != nil || reply.version != nil else { return }
        var told = RPCMetadata()
        told.replyResource = reply.resource
        told.replyVersion = reply.version
        metadata = told.encoded()
    }
}
