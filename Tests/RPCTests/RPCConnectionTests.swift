import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import RPC

private let echo: RPCRouter = {
    var router = RPCRouter()
    router.on(TestMethods.echo) { input, _ in input }
    return router
}()

@Test func serverWithAnotherSecretIsNotBelieved() async throws {
    let other = HandshakeSecret(Array(repeating: 8, count: 32))
    try await Loopback.with(echo, serverSecret: other, connectionWait: .milliseconds(200), mayConnect: false) {
        loopback in
        #expect(
            await fault { try await loopback.client.call(TestMethods.echo, Text(text: "")) }?.status == .unavailable)
    }
}

@Test func secretsUnderThirtyTwoBytesAreRefused() {
    #expect(HandshakeSecret(Array(repeating: 1, count: 31)) == nil)
}

@Test func absentServerIsUnavailableAndSaysWhenToTryAgain() async throws {
    let client = try Loopback.client(port: 1, connectionWait: .milliseconds(50))
    let fault = await fault { try await client.call(TestMethods.echo, Text(text: "")) }
    #expect(fault?.status == .unavailable)
    #expect(fault?.isNotExecuted == true)
    #expect(fault?.retryAfterMilliseconds == 1000)
}

@Test func drainFinishesCallsUnderWayAndRefusesNewOnes() async throws {
    let started = Latch()
    let release = Latch()
    var router = RPCRouter()
    router.on(TestMethods.hold) { input, _ in
        started.open()
        await release.wait()
        return input
    }
    try await Loopback.with(router) { loopback in
        async let answer = loopback.client.call(TestMethods.hold, Text(text: "kept"))
        await started.wait()
        async let drained: Void = loopback.server.drain(within: .seconds(10))
        // Once the listener is closed no connection can be made; the old ones take no new calls.
        var refusal: RPCFault?
        while refusal == nil {
            refusal = await fault {
                try await loopback.client.call(TestMethods.echo, Text(text: ""), timeout: .milliseconds(300))
            }
            if refusal?.status == .unimplemented { refusal = nil }
        }
        #expect(refusal?.status == .unavailable)
        release.open()
        let kept = try await answer
        #expect(kept == Text(text: "kept"))
        await drained
    }
}

@Test func clientComesBackToAServerThatComesBack() async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let secret = try #require(Loopback.secret)
    let configuration = RPCServer.Configuration(
        host: "127.0.0.1", port: 0, service: "deals", version: "1", secret: secret)
    let first = RPCServer(configuration, router: echo, group: group, logger: Loopback.quiet)
    try await first.start()
    let port = try #require(first.localPort)
    let client = try Loopback.client(port: port)
    try await withThrowingTaskGroup { tasks in
        tasks.addTask { await client.run() }
        #expect(try await client.call(TestMethods.echo, Text(text: "1")).text == "1")
        await first.drain(within: .seconds(1))
        var again = configuration
        again.port = port
        let second = RPCServer(again, router: echo, group: group, logger: Loopback.quiet)
        try await second.start()
        #expect(try await client.call(TestMethods.echo, Text(text: "2"), timeout: .seconds(10)).text == "2")
        tasks.cancelAll()
        await second.drain(within: .milliseconds(100))
    }
}

@Test func portInUseIsOneClearLine() async throws {
    try await Loopback.with(echo) { loopback in
        let port = try #require(loopback.server.localPort)
        let second = RPCServer(
            .init(host: "127.0.0.1", port: port, service: "x", version: "1", secret: try #require(Loopback.secret)),
            router: echo, group: MultiThreadedEventLoopGroup.singleton, logger: Loopback.quiet)
        await #expect(throws: RPCServerError.self) { try await second.start() }
    }
}

/// What a stranger gets who does not greet properly: nothing, and the connection ends.
@Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}", String(repeating: "\u{0}", count: 64)])
func strangersAreCutOff(_ words: String) async throws {
    try await Loopback.with(echo) { loopback in
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: try #require(loopback.server.localPort)).get()
        // On a slow machine the server may have lost patience already; then the write fails, and all is well.
        try? await channel.writeAndFlush(ByteBuffer(string: words))
        try await channel.closeFuture.get()
    }
}

@Test func requestBeforeTheGreetingIsCutOff() async throws {
    try await Loopback.with(echo) { loopback in
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: try #require(loopback.server.localPort)).get()
        var bytes = ByteBuffer()
        bytes.writeFrame(Frame(.request, id: 1, method: TestMethods.echo.entry.id, body: ByteBuffer(string: "{}")))
        try? await channel.writeAndFlush(bytes)
        try await channel.closeFuture.get()
    }
}
