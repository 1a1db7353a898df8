import Foundation
package import Logging
package import NIOCore
import NIOFoundationEssentialsCompat
import NIOPosix
import Synchronization

package enum RPCConnectionState: Sendable { case connected, disconnected }

/// Calls one peer. Keeps one connection per event loop, so that a call made on a loop stays there. `run()` keeps the
/// connections alive; calls made while there is none wait for a moment, then fail as `unavailable`.
package final class RPCClient: Sendable {
    package struct Configuration: Sendable {
        package var host: String
        package var port: Int
        /// The name that the server must prove.
        package var peer: String
        /// The name that this client proves.
        package var service: String
        package var secret: HandshakeSecret
        package var limits = RPCLimits.default
        /// How long a call waits for a connection.
        package var connectionWait = TimeAmount.seconds(1)
        package var waitingMax = 1024
        /// True for the one service that may speak for users.
        package var sendsIdentity = false
        package var attemptsMax = 3

        package init(host: String, port: Int, peer: String, service: String, secret: HandshakeSecret) {
            self.host = host
            self.port = port
            self.peer = peer
            self.service = service
            self.secret = secret
        }
    }

    package let configuration: Configuration
    private let links: [ClientLink]
    private let states = AsyncStream.makeStream(of: RPCConnectionState.self, bufferingPolicy: .bufferingNewest(8))

    package init(_ configuration: Configuration, group: any EventLoopGroup, logger: Logger) {
        self.configuration = configuration
        let announce = ConnectionCount(states.continuation)
        links = group.makeIterator().map { loop in
            ClientLink(configuration, eventLoop: loop, logger: logger) { announce.changed($0) }
        }
    }

    /// Tells when the peer is lost and when it is back; for one reader.
    package var stateChanges: AsyncStream<RPCConnectionState> { states.stream }

    package func run() async {
        await withTaskGroup { group in
            for link in links { group.addTask { await link.run() } }
        }
        states.continuation.finish()
    }

    /// - Throws: `RPCFault`: the server's own, or `unavailable`, `deadlineExceeded`, `cancelled`.
    package func call<Input, Output>(
        _ method: RPCMethod<Input, Output>, _ input: Input, timeout: TimeAmount = .seconds(5),
        context: RPCContext? = nil,
        waitsForConnection: Bool = true
    ) async throws -> Output {
        let body = input is Nothing ? ByteBuffer() : ByteBuffer(data: try StrictJSON.encode(input))
        let reply = try await send(
            method.entry, body: body, timeout: timeout, context: context, waitsForConnection: waitsForConnection)
        do {
            return try JSONDecoder().decode(Output.self, from: Data(buffer: reply.body))
        } catch {
            throw RPCFault(
                .internal, "bad_reply", "\(configuration.peer) answered \(method.entry.name) in an unexpected shape.")
        }
    }

    /// Whether the peer is up; does not wait for a connection.
    package func health(timeout: TimeAmount) async throws -> RPCServerHealth {
        try await call(BuiltInMethods.health, Nothing(), timeout: timeout, waitsForConnection: false)
    }

    /// The call without its types: what is in `body` goes as it is. Repeats only what was not executed, or what is
    /// idempotent and lost its connection, at most `attemptsMax` times.
    package func send(
        _ method: RPCMethodEntry, body: ByteBuffer, timeout: TimeAmount = .seconds(5), context: RPCContext? = nil,
        waitsForConnection: Bool = true
    ) async throws -> RPCReply {
        let deadline = min(.now() + timeout, context?.deadline ?? .distantFuture)
        let metadata = metadata(context)
        var backOff = BackOff(first: .milliseconds(10), max: .milliseconds(200))
        for attempt in 1... {
            do {
                return try await sendOnce(method, body, metadata, deadline, waitsForConnection)
            } catch let fault as RPCFault {
                let pause = max(backOff.next(), .milliseconds(fault.retryAfterMilliseconds ?? 0))
                guard attempt < configuration.attemptsMax, Self.mayRepeat(method, fault), waitsForConnection,
                    NIODeadline.now() + TimeAmount(pause) < deadline
                else { throw fault }
                guard (try? await Task.sleep(for: pause)) != nil else {
                    throw RPCFault(.cancelled, "cancelled", "The caller gave up.", isNotExecuted: fault.isNotExecuted)
                }
            }
        }
        throw RPCFault.internal
    }

    /// A call that waited in vain for a connection has waited enough.
    private static func mayRepeat(_ method: RPCMethodEntry, _ fault: RPCFault) -> Bool {
        switch fault.code {
        case "connection_lost": method.isIdempotent
        case "draining", "busy": fault.isNotExecuted
        default: false
        }
    }

    private func metadata(_ context: RPCContext?) -> ByteBuffer {
        guard let context else { return ByteBuffer() }
        var metadata = RPCMetadata(context)
        metadata.trace = context.trace.child()
        if !configuration.sendsIdentity { metadata.identity = nil }
        return metadata.encoded()
    }

    private func sendOnce(
        _ method: RPCMethodEntry, _ body: ByteBuffer, _ metadata: ByteBuffer, _ deadline: NIODeadline, _ waits: Bool
    ) async throws -> RPCReply {
        let link = link()
        let promise = link.eventLoop.makePromise(of: RPCReply.self)
        let start = { @Sendable in
            link.send(method, body: body, metadata: metadata, deadline: deadline, waits: waits, promise: promise)
        }
        let loop = link.eventLoop
        let ticket = loop.inEventLoop ? loop.makeSucceededFuture(start()) : loop.submit(start)
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            ticket.whenSuccess { link.cancel($0) }
        }
    }

    /// The caller's own loop when it is one of ours, else any; but one that is connected before one that is not.
    private func link() -> ClientLink {
        let current = MultiThreadedEventLoopGroup.currentEventLoop
        let own = links.first { $0.eventLoop === current }
        if let own, own.isConnected.load(ordering: .relaxed) { return own }
        let connected = links.filter { $0.isConnected.load(ordering: .relaxed) }
        return connected.randomElement() ?? own ?? links[Int.random(in: links.indices)]
    }
}

/// The peer is connected while any of the links is.
private final class ConnectionCount: Sendable {
    private let count = Mutex(0)
    private let continuation: AsyncStream<RPCConnectionState>.Continuation

    init(_ continuation: AsyncStream<RPCConnectionState>.Continuation) { self.continuation = continuation }

    func changed(_ state: RPCConnectionState) {
        count.withLock {
            $0 += state == .connected ? 1 : -1
            if state == .connected, $0 == 1 { continuation.yield(.connected) }
            if state == .disconnected, $0 == 0 { continuation.yield(.disconnected) }
        }
    }
}
