import Foundation
import NIOCore
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
            await fault { try await loopback.client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60)) }?
                .status == .unavailable)
    }
}

@Test func secretsUnderThirtyTwoBytesAreRefused() {
    #expect(HandshakeSecret(Array(repeating: 1, count: 31)) == nil)
}

@Test func absentServerIsUnavailableAndSaysWhenToTryAgain() async throws {
    let client = try Loopback.client(port: 1, connectionWait: .milliseconds(50))
    let fault = await fault { try await client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60)) }
    #expect(fault?.status == .unavailable)
    #expect(fault?.isNotExecuted == true)
    #expect(fault?.retryAfterMilliseconds == 1000)
}

@Test func drainFinishesCallsUnderWayAndRefusesNewOnes() async throws {
    let call = HeldCall()
    try await Loopback.with(call.router) { loopback in
        async let answer = loopback.client.call(TestMethods.hold, Text(text: "kept"), timeout: .seconds(60))
        await call.started.wait()
        async let drained: Void = loopback.server.drain(within: .seconds(10))
        // Once the listener is closed no connection can be made; the old ones take no new calls.
        var refusal: RPCFault?
        while refusal == nil {
            refusal = await fault {
                try await loopback.client.call(TestMethods.echo, Text(text: ""), timeout: .milliseconds(300))
            }
            if let status = refusal?.status, [.unimplemented, .deadlineExceeded].contains(status) { refusal = nil }
        }
        #expect(refusal?.status == .unavailable)
        call.release.open()
        let kept = try await answer
        #expect(kept == Text(text: "kept"))
        await drained
    }
}

@Test func clientComesBackToAServerThatComesBack() async throws {
    let first = try Loopback.server(echo)
    try await first.start()
    let port = try #require(first.localPort)
    let client = try Loopback.client(port: port)
    try await withThrowingTaskGroup { tasks in
        tasks.addTask { await client.run() }
        #expect(try await client.call(TestMethods.echo, Text(text: "1"), timeout: .seconds(60)).text == "1")
        await first.drain(within: .seconds(1))
        let second = try Loopback.server(echo, port: port)
        try await second.start()
        #expect(try await client.call(TestMethods.echo, Text(text: "2"), timeout: .seconds(60)).text == "2")
        tasks.cancelAll()
        await second.drain(within: .milliseconds(100))
    }
}

@Test func portInUseIsOneClearLine() async throws {
    try await Loopback.with(echo) { loopback in
        let second = try Loopback.server(echo, port: try #require(loopback.server.localPort))
        await #expect(throws: RPCServerError.self) { try await second.start() }
    }
}

/// The server asks for a new connection after a while; nobody notices.
@Test func connectionsOfAnAgeAreReplacedWithoutAFailedCall() async throws {
    var limits = RPCLimits.default
    limits.connectionAgeMax = .milliseconds(50)
    try await Loopback.with(echo, serverLimits: limits) { loopback in
        let end = NIODeadline.now() + .milliseconds(600)
        var calls = 0
        while NIODeadline.now() < end {
            let answer = try await loopback.client.call(TestMethods.echo, Text(text: "\(calls)"), timeout: .seconds(60))
            #expect(answer.text == "\(calls)")
            calls += 1
        }
        #expect(calls > 0)
    }
}

@Test(arguments: [
    (
        #"{"frameBytesMax":4096,"inFlightMax":1,"magic":"IBPRPC01","service":"x","versionMax":9,"versionMin":2}"#,
        "version"
    ),
    (
        #"{"frameBytesMax":4096,"inFlightMax":1,"magic":"OTHER","service":"x","versionMax":1,"versionMin":1}"#,
        "protocol"
    ),
    (
        #"{"frameBytesMax":4096,"inFlightMax":1,"magic":"IBPRPC01","service":"x","versionMax":9,"versionMin":1}"#,
        "nonce"
    ),
    ("[]", "cannot be read"),
])
func goodbyeSaysWhyAGreetingIsRefused(_ greeting: String, _ word: String) async throws {
    try await Loopback.with(echo) { loopback in
        let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
        await peer.send(Frame(.hello, body: ByteBuffer(string: greeting)))
        let frames = try await peer.everything()
        #expect(frames.last?.kind == .goodbye)
        #expect(frames.last?.a == GoodbyeReason.handshake.rawValue)
        #expect(frames.last.map { String(buffer: $0.body) }?.contains(word) == true)
    }
}
