import NIOCore
import Synchronization
import Testing

@testable import RPC

/// One fault, tried on a whole conversation: a server, a proxy before it, and a client that greets, calls, gives up, asks
/// for signs of life, and sees the server drain.
struct FaultConversation: Sendable {
    let plan: FaultPlan
    let place: String
    let ledger = FaultLedger()
    private let eventLoop: any EventLoop
    private let proxy: FaultProxy

    init(_ plan: FaultPlan, on eventLoop: any EventLoop) {
        self.plan = plan
        self.eventLoop = eventLoop
        proxy = FaultProxy(plan, eventLoop: eventLoop)
        place = "\(plan.toxic) \(plan.trigger.moment) \(plan.trigger.kind) \(plan.trigger.occurrence)"
    }

    static let limits: RPCLimits = {
        var limits = RPCLimits.default
        limits.handshakeTimeout = .seconds(1)
        limits.silenceMax = .milliseconds(200)
        return limits
    }()

    /// Ends when the fault was met, calls went well again after it, and everything is closed; checks that nothing is left.
    func run() async throws {
        let proxyPort = try await proxy.start()
        let left = try await converse(through: proxyPort)
        let ports = left.serverPorts.union([proxyPort])
        let sockets = try OpenSockets.names(onPorts: ports)
        await proxy.stop()
        ledger.check(place)
        #expect(plan.hasFired, "\(place): the conversation never met the fault")
        #expect(await eventually { ledger.running == 0 }, "\(place): \(ledger.running) handlers still run")
        #expect(
            try await eventually { try OpenSockets.names(onPorts: ports).isDisjoint(with: sockets) },
            "\(place): a socket is still open")
        #expect(await eventually { left.links.allSatisfy { $0.isGone } }, "\(place): a link outlives its client")
        #expect(await eventually { left.servers.allSatisfy { $0.isGone } }, "\(place): a server outlives its end")
    }

    /// What must be gone in the end.
    private struct Left {
        var serverPorts: Set<Int> = []
        var servers: [Weak] = []
        var links: [Weak] = []
    }

    private func converse(through proxyPort: Int) async throws -> Left {
        var left = Left()
        let client = try Loopback.client(port: proxyPort, limits: Self.limits, on: eventLoop)
        left.links = try Insides.links(of: client).map(Weak.init)
        let caller = FaultCaller(client: client, ledger: ledger, place: place)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { await client.run() }
            defer { tasks.cancelAll() }
            var round = 0
            _ = try await eventually {
                round += 1
                let hasRecovered = try await serve(&left) { server in
                    try await converse(caller, round, server)
                }
                return hasRecovered && plan.hasFired
            }
            #expect(try await Insides.pendingCalls(of: client) == 0, "\(place): the client still holds calls")
        }
        return left
    }

    /// - Returns: true when calls went well after the fault.
    private func converse(_ caller: FaultCaller, _ round: Int, _ server: RPCServer) async throws -> Bool {
        if plan.hasFired { return await goesOn(caller, round) }
        guard plan.trigger.kind == .drain || plan.trigger.kind == .goodbye else {
            await caller.wave(round)
            guard plan.hasFired else { return false }
            return await goesOn(caller, round)
        }
        _ = await goesOn(caller, round)
        async let calls: Void = caller.wave(round)
        _ = await eventually { ledger.running > 0 || ledger.calls.contains { $0.key == "fault.hold-\(round)-0" } }
        await server.drain(within: .seconds(2))
        await calls
        return false
    }

    private func goesOn(_ caller: FaultCaller, _ round: Int) async -> Bool {
        var attempt = 0
        return await eventually {
            attempt += 1
            return await caller.call(FaultMethods.repeatable, "after-\(round)-\(attempt)")
        }
    }

    private func serve<T>(_ left: inout Left, _ body: (RPCServer) async throws -> T) async throws -> T {
        let server = try Loopback.server(ledger.router(), limits: Self.limits, on: eventLoop)
        try await server.start()
        let port = try #require(server.localPort)
        left.serverPorts.insert(port)
        left.servers.append(Weak(server))
        proxy.lead(to: port)
        let result = try await body(server)
        await server.drain(within: .milliseconds(50))
        let isIdle = try await eventually {
            let stats = try Insides.stats(of: server)
            return stats.connections == 0 && stats.inFlight == 0
        }
        let stats = try Insides.stats(of: server)
        #expect(isIdle, "\(place): \(stats)")
        return result
    }
}

/// Tells whether an object is gone.
final class Weak: Sendable {
    private let isAlive: @Sendable () -> Bool

    init(_ object: some AnyObject & Sendable) { isAlive = { [weak object] in object != nil } }

    var isGone: Bool { !isAlive() }
}
