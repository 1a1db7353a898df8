import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RPC

func impatient(_ silenceMax: TimeAmount) -> RPCLimits {
    var limits = RPCLimits.default
    limits.handshakeTimeout = .seconds(30)
    limits.silenceMax = silenceMax
    return limits
}

/// A server and a client with a proxy between them, for the length of one test.
func withProxy(
    _ plan: FaultPlan, _ router: RPCRouter, clientLimits: RPCLimits, serverLimits: RPCLimits,
    connectionWait: TimeAmount = .seconds(30),
    _ body: (RPCClient, FaultProxy) async throws -> Void
) async throws {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let secret = try #require(Loopback.secret)
    var serving = RPCServer.Configuration(
        host: "127.0.0.1", port: 0, service: "deals", version: "1", security: .secret(secret))
    serving.limits = serverLimits
    let server = RPCServer(serving, router: router, group: eventLoop, logger: Loopback.quiet)
    try await server.start()
    let proxy = FaultProxy(plan, eventLoop: eventLoop)
    var calling = RPCClient.Configuration(
        host: "127.0.0.1", port: try await proxy.start(), peer: "deals", service: "gateway", security: .secret(secret))
    proxy.lead(to: try #require(server.localPort))
    calling.limits = clientLimits
    calling.connectionWait = connectionWait
    let client = RPCClient(calling, group: eventLoop, logger: Loopback.quiet)
    await withTaskGroup { tasks in
        tasks.addTask { await client.run() }
        do {
            try await body(client, proxy)
        } catch {
            Issue.record(error)
        }
        tasks.cancelAll()
    }
    await server.drain(within: .milliseconds(100))
    await proxy.stop()
}

extension RPCClient {
    var isConnected: Bool {
        get throws { try Insides.links(of: self).contains { $0.isConnected.load(ordering: .relaxed) } }
    }
}
