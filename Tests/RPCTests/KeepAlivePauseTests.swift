import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import RPC

@Suite(.timeLimit(.minutes(5))) struct KeepAlivePauseTests {
    /// A process that was stopped for a while (a laptop's lid, a busy machine, a long call on the loop) must ask before
    /// it takes its peers for dead.
    @Test func peerIsAskedBeforeItIsTakenForDeadAfterAPauseOfOnesOwn() async throws {
        let started = Latch()
        let release = Latch()
        var router = RPCRouter()
        router.on(TestMethods.hold) { input, _ in
            started.open()
            await release.wait()
            return input
        }
        router.on(TestMethods.echo) { input, _ in
            pauseThread(seconds: 3.5)
            return input
        }
        let ownLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = RPCServer.Configuration(
            host: "127.0.0.1", port: 0, service: "deals", version: "1", security: .secret(try #require(Loopback.secret))
        )
        configuration.limits = impatient(.seconds(2))
        let server = RPCServer(configuration, router: router, group: ownLoop, logger: Loopback.quiet)
        try await server.start()
        var calling = try Loopback.client(port: try #require(server.localPort)).configuration
        calling.attemptsMax = 1
        let client = RPCClient(calling, group: MultiThreadedEventLoopGroup.singleton.next(), logger: Loopback.quiet)
        await withTaskGroup { tasks in
            tasks.addTask { await client.run() }
            async let held = fault {
                try await client.call(TestMethods.hold, Text(text: "kept"), timeout: .seconds(60))
            }
            await started.wait()
            _ = await fault { try await client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60)) }
            // A second call proves that the pause is over and was survived.
            _ = await fault { try await client.health(timeout: .seconds(60)) }
            release.open()
            let lost = await held
            #expect(lost == nil)
            tasks.cancelAll()
        }
        await server.drain(within: .milliseconds(100))
        try await ownLoop.shutdownGracefully()
    }
}

/// On purpose not async: it holds the event loop that the handler runs on.
private func pauseThread(seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
