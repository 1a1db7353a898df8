import NIOCore
import RPC
import Synchronization

/// Sends calls over one connection, or over several in turn.
struct EchoClient: Sendable {
    /// A call that takes longer fails the measurement.
    static let timeout = TimeAmount.seconds(10)

    /// The connections' event loop: callers that run on it never change threads.
    let executor: EventLoopTaskExecutor
    private let clients: [RPCClient]
    private let turn: Turn

    struct BadReply: Error {}

    private final class Turn: Sendable { let next = Atomic(0) }

    init(_ clients: [RPCClient], executor: EventLoopTaskExecutor) {
        self.clients = clients
        self.executor = executor
        turn = Turn()
    }

    /// - Throws: `RPCFault`, or `BadReply` when something else came back than went.
    func call(_ method: RPCMethodEntry, _ body: ByteBuffer, timeout: TimeAmount = Self.timeout) async throws {
        let client = clients.count == 1 ? clients[0] : clients[next()]
        let reply = try await client.send(method, body: body, timeout: timeout)
        guard reply.body.readableBytes == body.readableBytes else { throw BadReply() }
    }

    func counts() async throws -> BurnCounts { try await clients[0].call(EchoMethods.counts, Nothing()) }

    /// Of `burn`. A call that the server refused, or that expired or was cancelled while it waited, is a failure here.
    func burnStats() async throws -> RPCStatsReport.Method {
        let report = try await clients[0].call(BuiltInMethods.stats, Nothing())
        guard let burn = report.methods.first(where: { $0.name == EchoMethods.burn.name }) else { throw BadReply() }
        return burn
    }

    /// Returns when all connections stand.
    func connect() async throws {
        for client in clients { _ = try await client.send(EchoMethods.echo, body: ByteBuffer()) }
    }

    private func next() -> Int { turn.next.wrappingAdd(1, ordering: .relaxed).oldValue % clients.count }
}
