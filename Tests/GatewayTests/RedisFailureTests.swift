import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import gateway

/// Takes the set-up as Redis does, and every decision in the manner it is told.
private final class FakeRedis: Sendable {
    enum Manner: Sendable {
        case says(String)
        case isSilent, closes
    }

    /// Admits one unit of one budget.
    static let yes = "*3\r\n:1000\r\n:-1000\r\n:1\r\n"

    private let manner: Mutex<Manner>
    let decisions = Mutex(0)

    init(_ manner: Manner) { self.manner = Mutex(manner) }

    func behave(_ manner: Manner) { self.manner.withLock { $0 = manner } }

    func serve(_ body: (String) async throws -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answers(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do { result = .success(try await body("redis://127.0.0.1:\(channel.localAddress?.port ?? 0)")) } catch {
            result = .failure(error)
        }
        try await channel.close()
        try result.get()
    }

    private func answer(_ command: RESPValue) -> Manner {
        if case .array(let words) = command, words.first == .string("SCRIPT") {
            return .says("$40\r\n" + String(repeating: "a", count: 40) + "\r\n")
        }
        decisions.withLock { $0 += 1 }
        return manner.withLock { $0 }
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let server: FakeRedis
        private var received = ByteBuffer()

        init(server: FakeRedis) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.writeImmutableBuffer(unwrapInboundIn(data))
            while received.readableBytes > 0, let command = try? RESPValue.parse(&received) {
                switch server.answer(command) {
                case .says(let text):
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                case .closes: context.close(promise: nil)
                case .isSilent: break
                }
            }
        }
    }
}

@Suite struct RedisFailureTests {
    @Test(arguments: [
        FakeRedis.Manner.isSilent, .closes, .says("HTTP/1.1 400 Bad Request\r\n\r\n"), .says("-OOM no room\r\n"),
        .says("*1\r\n:1\r\n"), .says("*3\r\n:1\r\n$1\r\na\r\n:1\r\n"), .says("$100\r\nshort"),
    ])
    private func onAnyFailureTheGatewayCountsByItself(_ manner: FakeRedis.Manner) async throws {
        let server = FakeRedis(.says(FakeRedis.yes))
        try await server.serve { url in
            try await withCounter(url) { counter in
                try await eventually { await counter.take(asks(minute)) != nil }
                server.behave(manner)
                let start = ContinuousClock.now
                #expect(await counter.take(asks(minute)) == nil)
                #expect(ContinuousClock.now - start < .seconds(5))
                // And is back as soon as the server is.
                server.behave(.says(FakeRedis.yes))
                try await eventually { await counter.take(asks(minute)) != nil }
            }
        }
    }

    @Test func budgetsHoldWhileTheServerIsSilent() async throws {
        let server = FakeRedis(.isSilent)
        try await server.serve { url in
            try await withCounter(url) { counter in
                let plenty = GCRA(count: 1000, perSeconds: 1, burst: 1000)
                let limits = RateLimits { $0 == .user ? minute : plenty }.sharing(counter)
                var admitted = 0
                for _ in 0..<10 {
                    var outcome = RateLimitOutcome()
                    await limits.take([.init(limiter: limits.user, key: LimitKey(high: 1, low: 1))], &outcome)
                    if outcome.retryAfterSeconds == nil { admitted += 1 }
                }
                #expect(admitted == 3)
            }
        }
    }

    @Test func aChangeOfStateIsSaidOnce() async throws {
        let said = Said(from: .notice)
        let server = FakeRedis(.says(FakeRedis.yes))
        try await server.serve { url in
            try await withCounter(url, answerWithin: patient, logger: said.logger) { counter in
                try await eventually { await counter.take(asks(minute)) != nil }
                server.behave(.says("-OOM no room\r\n"))
                for _ in 0..<20 { #expect(await counter.take(asks(minute)) == nil) }
                server.behave(.says(FakeRedis.yes))
                for _ in 0..<20 { #expect(await counter.take(asks(minute)) != nil) }
                // On a slow machine the first answer may be late.
                let lines = said.levels.first == "warning" ? Array(said.levels.dropFirst()) : said.levels
                #expect(lines == ["notice", "warning", "notice"])
            }
        }
    }

    @Test func noMoreDecisionsWaitThanTheBound() async throws {
        let server = FakeRedis(.says(FakeRedis.yes))
        try await server.serve { url in
            try await withCounter(url) { counter in
                try await eventually { await counter.take(asks(minute)) != nil }
                server.behave(.isSilent)
                server.decisions.withLock { $0 = 0 }
                await withTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<(2 * RedisCounter.inFlightMax) {
                        tasks.addTask { #expect(await counter.take(asks(minute)) == nil) }
                    }
                }
                #expect(server.decisions.withLock { $0 } <= RedisCounter.inFlightMax)
            }
        }
    }

    @Test func whereNobodyListensTheGatewayCountsByItself() async throws {
        try await withCounter("redis://127.0.0.1:1") { counter in #expect(await counter.take(asks(minute)) == nil) }
    }
}
