import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Keeps one connection alive on one event loop, and holds calls back for a moment while there is none.
/// Everything but `run` happens on the loop.
final class ClientLink: @unchecked Sendable {  // confined to its event loop
    /// A call that waits for a connection or for its reply.
    final class Ticket: @unchecked Sendable {  // confined to the link's event loop
        fileprivate var connection: ClientConnection?
        fileprivate var id: UInt32?
        fileprivate var start: ((ClientConnection) -> Void)?
        fileprivate let promise: EventLoopPromise<RPCReply>

        fileprivate init(_ promise: EventLoopPromise<RPCReply>) { self.promise = promise }
    }

    let eventLoop: any EventLoop
    /// Readable from any thread, so that calls prefer links that work.
    let isConnected = Atomic(false)
    private let configuration: RPCClient.Configuration
    private let logger: Logger
    private let changed: @Sendable (RPCConnectionState) -> Void
    private var connection: ClientConnection?
    private var waiting: [Ticket] = []

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
                let ended = eventLoop.makePromise(of: Void.self)
                let channel = try await connect(ended)
                if outage.end() { logger.info("connected again", metadata: ["peer": "\(configuration.peer)"]) }
                backOff.reset()
                await withTaskCancellationHandler {
                    try? await ended.futureResult.get()
                } onCancel: {
                    eventLoop.execute { self.connection?.close() }
                    channel.close(promise: nil)
                }
            } catch {
                if outage.note() {
                    logger.warning("cannot connect", metadata: ["peer": "\(configuration.peer)", "error": "\(error)"])
                }
            }
            try? await Task.sleep(for: backOff.next())
        }
        eventLoop.execute { self.failWaiting() }
    }

    private func connect(_ ended: EventLoopPromise<Void>) async throws -> any Channel {
        let ready = eventLoop.makePromise(of: Void.self)
        let configuration = configuration
        do {
            let channel = try await ClientBootstrap(group: eventLoop)
                .connectTimeout(configuration.limits.handshakeTimeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(
                    .writeBufferWaterMark, value: .init(low: 64 * 1024, high: configuration.limits.outboundBytesMax)
                )
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(self.makeConnection(ready: ready, ended: ended))
                    }
                }
                .connect(host: configuration.host, port: configuration.port).get()
            let timeout = eventLoop.scheduleTask(in: configuration.limits.handshakeTimeout) {
                channel.close(promise: nil)
            }
            defer { timeout.cancel() }
            try await ready.futureResult.get()
            return channel
        } catch {
            ready.fail(error)
            ended.fail(error)
            throw error
        }
    }

    private func makeConnection(ready: EventLoopPromise<Void>, ended: EventLoopPromise<Void>) -> ClientConnection {
        let connection = ClientConnection(
            .init(service: configuration.service, expectedServer: configuration.peer, secret: configuration.secret),
            limits: configuration.limits, ready: ready
        ) {
            self.connection = nil
            self.isConnected.store(false, ordering: .relaxed)
            self.changed(.disconnected)
            ended.succeed()
        }
        ready.futureResult.whenSuccess {
            // A name with several addresses makes a connection for each that is tried; one of them wins.
            guard connection.isUsable else { return }
            self.isConnected.store(true, ordering: .relaxed)
            self.connection = connection
            self.changed(.connected)
            let waiting = self.waiting
            self.waiting = []
            for ticket in waiting { ticket.start?(connection) }
        }
        return connection
    }

    // MARK: calls, on the loop

    func send(
        _ method: RPCMethodEntry, body: ByteBuffer, metadata: ByteBuffer, deadline: NIODeadline, waits: Bool,
        promise: EventLoopPromise<RPCReply>
    ) -> Ticket {
        let ticket = Ticket(promise)
        let start = { (connection: ClientConnection) in
            ticket.start = nil
            ticket.connection = connection
            ticket.id = connection.send(method, body: body, metadata: metadata, deadline: deadline, promise: promise)
            if ticket.id == nil { promise.fail(self.notConnected) }
        }
        if let connection, connection.isUsable {
            start(connection)
        } else if waits, waiting.count < configuration.waitingMax {
            ticket.start = start
            waiting.append(ticket)
            let giveUp = min(deadline, .now() + configuration.connectionWait)
            let timer = eventLoop.scheduleTask(deadline: giveUp) { self.drop(ticket, self.notConnected) }
            promise.futureResult.whenComplete { _ in timer.cancel() }
        } else {
            promise.fail(notConnected)
        }
        return ticket
    }

    func cancel(_ ticket: Ticket) {
        if let connection = ticket.connection, let id = ticket.id {
            connection.cancel(id)
        } else {
            drop(ticket, RPCFault(.cancelled, "cancelled", "The caller gave up.", isNotExecuted: true))
        }
    }

    private func drop(_ ticket: Ticket, _ fault: RPCFault) {
        guard ticket.start != nil else { return }
        ticket.start = nil
        waiting.removeAll { $0 === ticket }
        ticket.promise.fail(fault)
    }

    private func failWaiting() { for ticket in waiting { drop(ticket, notConnected) } }

    private var notConnected: RPCFault {
        RPCFault(
            .unavailable, "service_unavailable", "\(configuration.peer) cannot be reached at the moment.",
            retryAfterMilliseconds: 1000, isNotExecuted: true)
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
