import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import RPC

/// What a server does with peers that are no client of ours.
@Suite(.timeLimit(.minutes(2))) struct RawPeerTests {
    private static let request = Frame(
        .request, id: 1, method: TestMethods.echo.entry.id, body: ByteBuffer(string: #"{"text":"a"}"#))

    private struct Echo {
        let calls = Counter()

        var router: RPCRouter {
            var router = RPCRouter()
            router.on(TestMethods.echo) { [calls] input, _ in
                calls.add(1)
                return input
            }
            return router
        }
    }

    enum Forgery: CaseIterable { case missing, garbage, reflected, ofAnotherName, ofAnotherSecret }

    @Test(arguments: Forgery.allCases)
    func whoDoesNotProveTheSecretRunsNothing(_ forgery: Forgery) async throws {
        let echo = Echo()
        let secret = try #require(Loopback.secret)
        let other = try #require(HandshakeSecret(Array(repeating: 8, count: 32)))
        try await Loopback.with(echo.router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            var (names, serversProof) = try await peer.greet()
            let proof: Data?
            switch forgery {
            case .missing: proof = nil
            case .garbage: proof = Data(repeating: 0, count: 32)
            case .reflected: proof = serversProof
            case .ofAnotherName:
                names.client = "audit"
                proof = secret.proof(of: .client, names)
            case .ofAnotherSecret: proof = other.proof(of: .client, names)
            }
            try await peer.prove(proof)
            await peer.send(Self.request)
            let last = try await peer.everything().last
            #expect(last?.kind == .goodbye)
            #expect(last?.a == GoodbyeReason.handshake.rawValue)
            #expect(echo.calls.value == 0)
        }
    }

    @Test func whoProvesTheSecretIsServed() async throws {
        let echo = Echo()
        try await Loopback.with(echo.router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            try await peer.enter()
            await peer.send(Self.request)
            let response = try await peer.frame(.response)
            #expect(String(buffer: response.body) == #"{"text":"a"}"#)
            await peer.close()
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}", String(repeating: "\u{0}", count: 64)])
    func strangersAreToldAndCutOff(_ words: String) async throws {
        try await Loopback.with(Echo().router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            await peer.send(ByteBuffer(string: words))
            let last = try await peer.everything().last
            #expect(last?.kind == .goodbye)
            #expect(last?.a == GoodbyeReason.handshake.rawValue)
        }
    }

    @Test func requestBeforeTheGreetingIsRefused() async throws {
        let echo = Echo()
        try await Loopback.with(echo.router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            await peer.send(Self.request)
            let last = try await peer.everything().last
            #expect(last.map { String(buffer: $0.body) }?.contains("outOfOrder") == true)
            #expect(echo.calls.value == 0)
        }
    }

    @Test func anIdThatWasUsedEndsTheConnection() async throws {
        let echo = Echo()
        try await Loopback.with(echo.router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            try await peer.enter()
            await peer.send(Self.request, Self.request)
            let last = try await peer.everything().last
            #expect(last?.a == GoodbyeReason.protocolError.rawValue)
            #expect(echo.calls.value <= 1)
        }
    }

    @Test func flagsOfRepliesMakeARequestInvalid() async throws {
        let echo = Echo()
        try await Loopback.with(echo.router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            try await peer.enter()
            var request = Self.request
            request.flags = .notExecuted
            await peer.send(request)
            let response = try await peer.frame(.response)
            #expect(response.a >> 16 == UInt32(RPCStatus.invalidArgument.rawValue))
            #expect(echo.calls.value == 0)
            await peer.close()
        }
    }

    @Test func anAgedConnectionIsToldWhy() async throws {
        var limits = RPCLimits.default
        limits.connectionAgeMax = .milliseconds(20)
        try await Loopback.with(Echo().router, serverLimits: limits, mayConnect: false) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            try await peer.enter()
            let kinds = try await peer.everything()
            #expect(kinds.map(\.kind) == [.helloAck, .drain, .goodbye])
            #expect(kinds.last?.a == GoodbyeReason.aged.rawValue)
        }
    }

    @Test func moreConnectionsThanTheLimitAreClosedAtOnce() async throws {
        var limits = RPCLimits.default
        limits.connectionsMax = 2
        try await Loopback.with(Echo().router, serverLimits: limits, mayConnect: false) { loopback in
            let port = try #require(loopback.server.localPort)
            var peers: [RawPeer] = []
            for _ in 0..<3 { peers.append(try await RawPeer.connect(to: port)) }
            // Among them may be the loopback's own client, which counts too.
            #expect(try await peers[2].everything().isEmpty)
            for peer in peers { await peer.close() }
        }
    }

    @Test func replyIsNoLargerThanThePeerTakes() async throws {
        var router = RPCRouter()
        router.onBytes(TestMethods.echo.entry) { _, _ in RPCReply(body: ByteBuffer(repeating: 7, count: 20_000)) }
        try await Loopback.with(router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            var limits = RPCLimits.default
            limits.frameBytesMax = 10_000
            try await peer.enter(limits: limits)
            await peer.send(Self.request)
            let response = try await peer.frame(.response)
            #expect(response.a >> 16 == UInt32(RPCStatus.internal.rawValue))
            #expect(String(buffer: response.body).contains("reply_too_large"))
            await peer.close()
        }
    }

    /// A socket that is closed while the peer still sends is reset, and the peer loses what it has not read.
    @Test func drainedConnectionDeliversAReplyThatIsStillOnItsWay() async throws {
        let body = ByteBuffer(bytes: (0..<2_000_000).map { _ in UInt8.random(in: .min ... .max) })
        var router = RPCRouter()
        router.onBytes(TestMethods.echo.entry) { _, _ in RPCReply(body: body) }
        try await Loopback.with(router) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            try await peer.enter()
            let before = try await loopback.client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60)).calls(
                of: "test.echo")
            try await peer.stopReading()
            await peer.send(Self.request)
            while try await loopback.client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60)).calls(
                of: "test.echo") == before
            {}
            async let drained: Void = loopback.server.drain(within: .seconds(30))
            // It has not read DRAIN yet, and goes on sending.
            for _ in 0..<20 {
                await peer.send(Frame(.ping))
                try await Task.sleep(for: .milliseconds(5))
            }
            try await peer.readByItself()
            let frames = try await peer.everything()
            #expect(frames.first { $0.kind == .response }?.body == body)
            #expect(frames.last?.kind == .goodbye)
            await drained
        }
    }

    /// Replies that were under way already when the peer stopped reading.
    @Test func peerThatDoesNotReadIsCutOff() async throws {
        var limits = RPCLimits.default
        limits.outboundBytesPause = 256 * 1024
        limits.outboundBytesMax = 1024 * 1024
        limits.compressedBodyBytesMin = .max
        let begun = Counter()
        let release = Latch()
        var router = RPCRouter()
        router.onBytes(TestMethods.hold.entry) { _, _ in
            begun.add(1)
            await release.wait()
            return RPCReply(body: ByteBuffer(repeating: 7, count: 1024 * 1024))
        }
        try await Loopback.with(router, serverLimits: limits) { loopback in
            let before = try await loopback.client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60))
                .connections
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            try await peer.enter()
            try await peer.stopReading()
            for id in 1...32 as ClosedRange<UInt32> {
                await peer.send(Frame(.request, id: id, method: TestMethods.hold.entry.id))
            }
            #expect(await eventually { begun.value == 32 })
            release.open()
            while try await loopback.client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60)).connections
                > before
            {}
            await peer.close()
        }
    }

    /// While it does not read, no call of its begins; what it asked for comes when it reads again.
    @Test func peerThatPausesGetsEverything() async throws {
        var limits = RPCLimits.default
        limits.outboundBytesPause = 256 * 1024
        limits.outboundBytesMax = 8 * 1024 * 1024
        limits.compressedBodyBytesMin = .max
        let begun = Counter()
        var router = RPCRouter()
        router.onBytes(TestMethods.hold.entry) { _, _ in
            begun.add(1)
            return RPCReply(body: ByteBuffer(repeating: 7, count: 512 * 1024))
        }
        try await Loopback.with(router, serverLimits: limits) { loopback in
            let peer = try await RawPeer.connect(to: try #require(loopback.server.localPort))
            try await peer.enter()
            try await peer.stopReading()
            for id in 1...64 as ClosedRange<UInt32> {
                await peer.send(Frame(.request, id: id, method: TestMethods.hold.entry.id))
            }
            #expect(await eventually { begun.value > 0 })
            // The socket's own buffers take some of them; far from all.
            try await Task.sleep(for: .milliseconds(50))
            #expect(begun.value < 64)
            try await peer.readByItself()
            #expect(await eventually { ((try? peer.frames()) ?? []).filter { $0.kind == .response }.count == 64 })
            await peer.close()
        }
    }
}

extension RPCStatsReport {
    fileprivate func calls(of method: String) -> Int { methods.first { $0.name == method }?.calls ?? 0 }
}
