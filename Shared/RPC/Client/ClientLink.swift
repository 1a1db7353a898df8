import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Keeps one connection alive on one event loop, and holds calls back for a moment while there is none.
/// What a caller may use from any thread says so.
final class ClientLink: @unchecked Sendable {  // confined to its event loop
    private static let settled = Duration.seconds(1)
    /// Calls that wait for a connection.
    private static let waitingMax = 1024

    let eventLoop: any EventLoop
    /// Readable from any thread, so that calls prefer links that work.
    let isConnected = Atomic(false)
    private let configuration: RPCClient.Configuration
    private let logger: Logger
    private let changed: @Sendable (RPCConnectionState) -> Void
    private var connection: ClientConnection?
    private var waiting: [ClientCall] = []
    private var waitingBytes = 0
    /// All that are open: being made, in use, draining.
    private var attempts: [ObjectIdentifier: Attempt] = [:]
    /// Meanwhile also those that have closed already are kept: the one that is chosen may be among them, and tells why.
    private var isConnecting = false

    /// A connection, from when its channel is made.
    struct Attempt {
        let channel: any Channel
        /// Succeeds when the handshake is done.
        let ready: EventLoopFuture<Void>
        /// When no new call may be sent any more; true when the server asked for it in good order.
        let ended: EventLoopFuture<Bool>
    }

    init(
        _ configuration: RPCClient.Configuration, eventLoop: any EventLoop, logger: Logger,
        changed: @escaping @Sendable (RPCConnectionState) -> Void
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        self.changed = changed
    }

    /// Connects, and connects again when the connection ends, until the task is cancelled.
    func run() async {
        var backOff = BackOff(first: .milliseconds(20), max: .seconds(1))
        var outage = Outage()
        while !Task.isCancelled {
            do {
                let attempt = try await connect()
                if outage.end() { logger.info("connected again", metadata: ["peer": "\(configuration.peer)"]) }
                let since = ContinuousClock.now
                let isOrderly = await withTaskCancellationHandler {
                    (try? await attempt.ended.get()) ?? false
                } onCancel: {
                    eventLoop.execute { self.connection?.close() }
                    attempt.channel.close(promise: nil)
                }
                // One that is cut off at once is no sign that all is well.
                if isOrderly || ContinuousClock.now - since > Self.settled { backOff.reset() }
                // A server that asked for it, as for age, is most likely there for the next one.
                if isOrderly { continue }
            } catch {
                if outage.note() {
                    logger.warning("cannot connect", metadata: ["peer": "\(configuration.peer)", "error": "\(error)"])
                }
            }
            try? await Task.sleep(for: backOff.next())
        }
        eventLoop.execute {
            self.failWaiting()
            for attempt in self.attempts.values { attempt.channel.close(promise: nil) }
        }
    }

    /// - Returns: a connection that is ready.
    func connect() async throws -> Attempt {
        let configuration = configuration
        eventLoop.execute { self.isConnecting = true }
        defer {
            eventLoop.execute {
                self.isConnecting = false
                self.attempts = self.attempts.filter(\.value.channel.isActive)
            }
        }
        // A name with several addresses makes a channel for each that is tried; the bootstrap chooses one.
        let attempt = try await ClientBootstrap(group: eventLoop)
            .connectTimeout(configuration.limits.handshakeTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .writeBufferWaterMark, value: .init(low: 64 * 1024, high: configuration.limits.outboundBytesMax)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = self.makeConnection(on: channel)
                    let pipeline = channel.pipeline.syncOperations
                    try configuration.security.secureClient(pipeline, expecting: configuration.peer)
                    try pipeline.addHandler(connection)
                }
            }
            .connect(host: configuration.host, port: configuration.port)
            .map { self.attempts[ObjectIdentifier($0)] }.get()
        guard let attempt else { throw ChannelError.eof }
        let timeout = eventLoop.scheduleTask(in: configuration.limits.handshakeTimeout) {
            attempt.channel.close(promise: nil)
        }
        // On the loop: a task may be late, and the connection is in use by then.
        attempt.ready.whenComplete { _ in timeout.cancel() }
        try await attempt.ready.get()
        return attempt
    }

    private func makeConnection(on channel: any Channel) -> ClientConnection {
        let ready = eventLoop.makePromise(of: Void.self)
        let ended = eventLoop.makePromise(of: Bool.self)
        let connection = ClientConnection(configuration, logger: logger, ready: ready, ended: ended.succeed)
        let id = ObjectIdentifier(channel)
        attempts[id] = Attempt(channel: channel, ready: ready.futureResult, ended: ended.futureResult)
        channel.closeFuture.whenComplete { _ in
            if !self.isConnecting { self.attempts[id] = nil }
            // For a channel that never became active, or lost its race.
            ready.fail(ChannelError.eof)
            ended.succeed(false)
        }
        ready.futureResult.whenSuccess {
            // Another address of the same name may have been faster.
            guard connection.isUsable, self.connection == nil else { return }
            self.use(connection)
            ended.futureResult.whenComplete { _ in self.forget(connection) }
        }
        return connection
    }

    private func use(_ connection: ClientConnection) {
        isConnected.store(true, ordering: .relaxed)
        self.connection = connection
        changed(.connected)
        let waiting = waiting
        self.waiting = []
        waitingBytes = 0
        for call in waiting {
            call.timer?.cancel()
            if !connection.send(call) { call.settle(.failure(notConnected)) }
        }
    }

    private func forget(_ connection: ClientConnection) {
        guard self.connection === connection else { return }
        self.connection = nil
        isConnected.store(false, ordering: .relaxed)
        changed(.disconnected)
    }

    // MARK: calls, from any thread

    func start(_ call: ClientCall, _ outcome: ClientCall.Outcome) {
        onLoop {
            call.begin(outcome)
            if !call.isSettled { self.send(call) }
        }
    }

    func cancel(_ call: ClientCall) {
        onLoop {
            guard !call.isSettled else { return }
            if let connection = call.connection {
                connection.cancel(call)
            } else {
                self.drop(call, .cancelledBeforeStart)
            }
        }
    }

    func grant(_ items: Int, _ call: ClientCall) { onLoop { call.connection?.grant(items, call) } }

    private func onLoop(_ work: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { work() } else { eventLoop.execute(work) }
    }

    // MARK: calls, on the loop

    private func send(_ call: ClientCall) {
        if let connection, connection.send(call) { return }
        let bytes = waitingBytes + call.body.readableBytes
        guard call.waitsForConnection, waiting.count < Self.waitingMax,
            bytes <= configuration.limits.inFlightBytesMax
        else { return call.settle(.failure(notConnected)) }
        waiting.append(call)
        waitingBytes = bytes
        let giveUp = min(call.deadline ?? .distantFuture, .now() + configuration.connectionWait)
        call.timer = eventLoop.scheduleTask(deadline: giveUp) { self.drop(call, self.notConnected) }
    }

    private func drop(_ call: ClientCall, _ fault: RPCFault) {
        if let index = waiting.firstIndex(where: { $0 === call }) {
            waiting.remove(at: index)
            waitingBytes -= call.body.readableBytes
        }
        call.settle(.failure(fault))
    }

    private func failWaiting() { for call in waiting { drop(call, notConnected) } }

    private var notConnected: RPCFault {
        RPCFault(
            .unavailable, "service_unavailable", "\(configuration.peer) cannot be reached at the moment.",
            retryAfterMilliseconds: 1000, isNotExecuted: true, doNotRetry: true)
    }
}

/// Decides when a missing peer is worth a line in the log: once, after it was away for longer than a start or restart takes.
private struct Outage {
    static let tolerated = Duration.seconds(2)
    private var since: ContinuousClock.Instant?
    private var isReported = false

    /// True when this is to be reported.
    mutating func note(now: ContinuousClock.Instant = .now) -> Bool {
        let start = since ?? now
        since = start
        guard !isReported, now - start > Self.tolerated else { return false }
        isReported = true
        return true
    }

    /// True when an outage that was reported is over.
    mutating func end() -> Bool {
        defer { self = Outage() }
        return isReported
    }
}
