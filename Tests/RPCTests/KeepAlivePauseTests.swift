import NIOCore
import NIOPosix
import Testing

@testable import RPC

@Suite(.timeLimit(.minutes(5))) struct KeepAlivePauseTests {
    /// A process that was stopped for a while (a laptop's lid, a busy machine, a long call on the loop) must ask before
    /// it takes its peers for dead.
    @Test func peerIsAskedBeforeItIsTakenForDeadAfterAPauseOfOnesOwn() async throws {
        let call = HeldCall()
        var router = call.router
        router.on(TestMethods.echo) { input, _ in
            pauseThread(seconds: 7)
            return input
        }
        let ownLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try Loopback.server(router, limits: impatient(.seconds(4)), on: ownLoop)
        try await server.start()
        let client = try Loopback.client(
            port: try #require(server.localPort), attemptsMax: 1, on: MultiThreadedEventLoopGroup.singleton.next())
        await withTaskGroup { tasks in
            tasks.addTask { await client.run() }
            async let held = fault {
                // A call that fails before must not leave the test waiting.
                defer { call.started.open() }
                return try await client.call(TestMethods.hold, Text(text: "kept"), timeout: .seconds(60))
            }
            await call.started.wait()
            _ = await fault { try await client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60)) }
            // A second call proves that the pause is over and was survived.
            _ = await fault { try await client.health(timeout: .seconds(60)) }
            call.release.open()
            let lost = await held
            #expect(lost == nil)
            tasks.cancelAll()
        }
        await server.drain(within: .milliseconds(100))
        try await ownLoop.shutdownGracefully()
    }
}
