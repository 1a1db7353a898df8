import Logging
import Metrics
import NIOCore
import RPC
import Synchronization

/// One service behind the gateway: its client, how many calls may be under way, and whether it is worth asking. One that
/// is slow or gone costs its own requests only: beyond the bound, and while the breaker is open, they are refused at once.
final class Upstream: Sendable {
    /// More than a service works on at a time (`RPCLimits`), so that a short burst waits there and not at the clients.
    static let callsMax = 512

    private struct Standing {
        var breaker = CircuitBreaker()
        var calls = 0
    }

    let name: String
    let client: RPCClient
    private let standing = Mutex(Standing())
    private let logger: Logger
    private let isOpen: Gauge
    private let shed: Counter
    private let broken: Counter

    init(_ name: String, _ client: RPCClient, logger: Logger) {
        self.name = name
        self.client = client
        self.logger = logger
        isOpen = Gauge(label: "ibp_upstream_breaker_open", dimensions: [("service", name)])
        isOpen.record(0)
        shed = Counter(label: "ibp_upstream_refused_total", dimensions: [("service", name), ("reason", "in_flight")])
        broken = Counter(label: "ibp_upstream_refused_total", dimensions: [("service", name), ("reason", "breaker")])
    }

    /// - Throws: `RPCFault`: the service's own, or ours when it was not asked.
    nonisolated(nonsending) func send(
        _ method: RPCMethodEntry, _ call: ServiceCall
    ) async throws -> RPCReply {
        try enter()
        do {
            let reply = try await client.send(
                method, body: call.body, timeout: call.timeout, context: call.context)
            leave(.good)
            return reply
        } catch {
            leave(CircuitBreaker.Outcome(error))
            throw error
        }
    }

    /// A stream's first item tells whether the service is there; the stream itself is not counted among the calls.
    func stream<Input, Item>(
        _ method: RPCStreamMethod<Input, Item>, _ input: Input, timeout: TimeAmount? = nil, window: Int? = nil,
        context: RPCContext
    ) throws -> RPCStream<Item> {
        try client.stream(method, input, timeout: timeout, context: context, window: window)
    }

    private func enter() throws {
        enum Answer { case go, full, wait(TimeAmount) }
        let now = NIODeadline.now()
        let answer: Answer = standing.withLock { standing in
            guard standing.calls < Self.callsMax else { return .full }
            if case .wait(let time) = standing.breaker.ask(now) { return .wait(time) }
            standing.calls += 1
            return .go
        }
        switch answer {
        case .go: return
        case .full:
            shed.increment()
            throw RPCFault(
                .unavailable, "overloaded", "Too many requests wait for \(name) already; try again shortly.",
                retryAfterMilliseconds: 1000, isNotExecuted: true)
        case .wait(let time):
            broken.increment()
            throw RPCFault(
                .unavailable, "service_unavailable", "\(name) does not answer at the moment; try again shortly.",
                retryAfterMilliseconds: Int(max(1, time.nanoseconds / 1_000_000)), isNotExecuted: true)
        }
    }

    private func leave(_ outcome: CircuitBreaker.Outcome) {
        let now = NIODeadline.now()
        let change: Bool? = standing.withLock { standing in
            standing.calls -= 1
            let wasOpen = standing.breaker.isOpen
            standing.breaker.settle(outcome, now, jitter: Double.random(in: 0..<1))
            return standing.breaker.isOpen == wasOpen ? nil : standing.breaker.isOpen
        }
        guard let change else { return }
        isOpen.record(change ? 1 : 0)
        logger.notice("breaker \(change ? "opened" : "closed")", metadata: ["rpc.peer": "\(name)"])
    }
}
