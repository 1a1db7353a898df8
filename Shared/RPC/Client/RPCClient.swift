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
        package var security: RPCSecurity
        package var version = ""
        /// Of the whole suite's method table.
        package var tableHash: String?
        package var limits = RPCLimits.default
        /// How long a call waits for a connection.
        package var connectionWait = TimeAmount.seconds(1)
        /// True for the one service that may speak for users.
        package var sendsIdentity = false
        package var attemptsMax = 3

        package init(host: String, port: Int, peer: String, service: String, security: RPCSecurity) {
            self.host = host
            self.port = port
            self.peer = peer
            self.service = service
            self.security = security
        }
    }

    package let configuration: Configuration
    private let links: [ClientLink]
    private let budget = RetryBudget()
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

    /// Connects, and connects again, until the task is cancelled; then closes what is open.
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

    /// The items of a stream; see `RPCStream`. What goes wrong, also before the first item, is thrown to its reader.
    ///
    /// - Parameter timeout: of the whole stream; nil when it may go on for ever.
    package func stream<Input, Item>(
        _ method: RPCStreamMethod<Input, Item>, _ input: Input, timeout: TimeAmount? = nil,
        context: RPCContext? = nil, window: Int? = nil
    ) throws -> RPCStream<Item> {
        let body = input is Nothing ? ByteBuffer() : ByteBuffer(data: try StrictJSON.encode(input))
        let call = ClientCall(
            method.entry, body: body, metadata: metadata(context), deadline: timeout.map { .now() + $0 },
            waitsForConnection: true)
        let inbox = StreamInbox(window: window ?? configuration.limits.streamWindow)
        return RPCStream(reader: StreamReader(call, inbox, link()))
    }

    /// The call without its types: what is in `body` goes as it is. Repeats only what was not executed, or what may run
    /// twice and lost its connection, at most `attemptsMax` times and within the retry budget.
    nonisolated(nonsending) package func send(
        _ method: RPCMethodEntry, body: ByteBuffer, timeout: TimeAmount = .seconds(5), context: RPCContext? = nil,
        waitsForConnection: Bool = true
    ) async throws -> RPCReply {
        let deadline = min(.now() + timeout, context?.deadline ?? .distantFuture)
        let metadata = metadata(context)
        // What does not wait for a connection, such as a question for health, is asked once.
        var attempts = CallAttempts(
            method, hasKey: context?.idempotencyKey != nil,
            attemptsMax: waitsForConnection ? configuration.attemptsMax : 1)
        while true {
            switch await sendOnce(method, body, metadata, deadline, waitsForConnection) {
            case .success(let reply):
                budget.succeeded()
                return reply
            case .failure(let fault):
                let (told, pause) = attempts.failed(fault, at: .now(), deadline: deadline, budget)
                guard let pause else { throw told }
                guard (try? await Task.sleep(for: pause)) != nil else {
                    throw RPCFault(.cancelled, "cancelled", "The caller gave up.", isNotExecuted: told.isNotExecuted)
                }
            }
        }
    }

    private func metadata(_ context: RPCContext?) -> ByteBuffer {
        guard let context else { return ByteBuffer() }
        var metadata = RPCMetadata(context)
        metadata.trace = context.trace.child()
        if !configuration.sendsIdentity { metadata.identity = nil }
        return metadata.encoded()
    }

    nonisolated(nonsending) private func sendOnce(
        _ method: RPCMethodEntry, _ body: ByteBuffer, _ metadata: ByteBuffer, _ deadline: NIODeadline, _ waits: Bool
    ) async -> Result<RPCReply, RPCFault> {
        let link = link()
        let call = ClientCall(method, body: body, metadata: metadata, deadline: deadline, waitsForConnection: waits)
        return await withTaskCancellationHandler {
            // Settled exactly once: `ClientCall` sees to that, and every call has a deadline.
            await withUnsafeContinuation { link.start(call, .reply($0)) }
        } onCancel: {
            link.cancel(call)
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
