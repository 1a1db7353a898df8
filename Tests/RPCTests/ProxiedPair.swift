import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RPC

func impatient(_ silenceMax: TimeAmount) -> RPCLimits {
    var limits = Loopback.limits
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
    let server = try Loopback.server(router, limits: serverLimits, on: eventLoop)
    try await server.start()
    let proxy = FaultProxy(plan, eventLoop: eventLoop)
    let proxyPort = try await proxy.start()
    proxy.lead(to: try #require(server.localPort))
    let client = try Loopback.client(
        port: proxyPort, limits: clientLimits, connectionWait: connectionWait, on: eventLoop)
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
