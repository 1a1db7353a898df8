import NIOCore
import NIOPosix
import Testing

@testable import RPC

@Suite(.timeLimit(.minutes(5))) struct ClientStopTests {
    /// The connection that a draining server still serves is the client's too.
    @Test func clientThatStopsClosesTheConnectionThatDrains() async throws {
        let ledger = FaultLedger()
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let server = try Loopback.server(ledger.router(), on: eventLoop)
        try await server.start()
        let port = try #require(server.localPort)
        let client = try Loopback.client(port: port, on: eventLoop)
        await withTaskGroup { calls in
            calls.addTask { _ = try? await client.call(FaultMethods.hold, Text(text: "held"), timeout: .seconds(90)) }
            await withTaskGroup { tasks in
                tasks.addTask { await client.run() }
                #expect(await eventually { ledger.running == 1 })
                // The listener, and both ends of the connection.
                #expect((try? OpenSockets.count(onPorts: [port])) == 3)
                calls.addTask { await server.drain(within: .seconds(90)) }
                #expect(await eventually { (try? client.isConnected) == false })
                tasks.cancelAll()
            }
            #expect(await eventually { (try? OpenSockets.count(onPorts: [port])) == 0 })
            calls.cancelAll()
        }
    }
}
