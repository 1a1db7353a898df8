import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import gateway

private let minute = GCRA(count: 1, perSeconds: 60, burst: 3)

/// For what must not fall back because the machine is busy.
private let patient = TimeAmount.seconds(20)

private func asks(_ rates: GCRA..., key: UInt64 = 1) -> [SharedAsk] {
    rates.enumerated().map { SharedAsk("budget-\($0)", LimitKey(high: key, low: 0), $1) }
}

private func isAdmitted(_ states: [SharedState]?) -> Bool? { states?.allSatisfy { $0.receipt != nil } }

/// Runs a counter of its own while `body` does.
private func withCounter(
    _ url: String, answerWithin: TimeAmount = .milliseconds(50),
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (RedisCounter) async throws -> Void
) async throws {
    let counter = RedisCounter(
        try RedisURL(url), group: MultiThreadedEventLoopGroup.singleton, answerWithin: answerWithin, logger: logger)
    let running = Task { try await counter.run() }
    do { try await body(counter) } catch {
        running.cancel()
        throw error
    }
    running.cancel()
    _ = await running.result
}

private func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, "it did not happen in 20 s")
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Counts what is said at notice and above.
private final class Loud: Sendable {
    private let said = Mutex<[String]>([])
    var lines: [String] { said.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(loud: self) } }

    private struct Handler: LogHandler {
        let loud: Loud
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { loud.said.withLock { $0.append("\(event.level)") } }
    }
}

// MARK: - Servers that do not behave

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
        let loud = Loud()
        let server = FakeRedis(.says(FakeRedis.yes))
        try await server.serve { url in
            try await withCounter(url, answerWithin: patient, logger: loud.logger) { counter in
                try await eventually { await counter.take(asks(minute)) != nil }
                server.behave(.says("-OOM no room\r\n"))
                for _ in 0..<20 { #expect(await counter.take(asks(minute)) == nil) }
                server.behave(.says(FakeRedis.yes))
                for _ in 0..<20 { #expect(await counter.take(asks(minute)) != nil) }
                // On a slow machine the first answer may be late.
                let lines = loud.lines.first == "warning" ? Array(loud.lines.dropFirst()) : loud.lines
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

// MARK: - A real server

private enum RealRedis {
    static let program: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/redis-server" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    static func serve(_ options: [String] = [], _ body: (Int) async throws -> Void) async throws {
        let port = try await freePort()
        let process = Process()
        process.executableURL = URL(filePath: try #require(program))
        process.arguments =
            ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"] + options
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        process.standardOutput = FileHandle.nullDevice
        let ended = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in ended.continuation.finish() }
        try process.run()
        let result: Result<Void, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        // It has nothing to lose; and it may have inherited a mask that keeps gentler signals from it.
        kill(process.processIdentifier, SIGKILL)
        for await _ in ended.stream {}
        try result.get()
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        return port
    }
}

@Suite(.enabled(if: RealRedis.program != nil, "there is no redis-server in PATH"), .serialized)
struct RealRedisTests {
    private let now: @Sendable () -> Int64 = { Int64(NIODeadline.now().uptimeNanoseconds) }

    private func ready(_ counter: RedisCounter) async throws {
        try await eventually { await counter.take(asks(minute, key: 99)) != nil }
    }

    @Test func twoGatewaysTogetherAdmitNoMoreThanOneMay() async throws {
        try await RealRedis.serve { port in
            try await withCounter("redis://127.0.0.1:\(port)", answerWithin: patient) { first in
                try await withCounter("redis://127.0.0.1:\(port)", answerWithin: patient) { second in
                    try await ready(first)
                    try await ready(second)
                    let rate = GCRA(count: 300, perSeconds: 1, burst: 20)
                    let gateways = [first, second].map { counter in RateLimits { _ in rate }.sharing(counter) }
                    let start = now()
                    let admitted = await withTaskGroup(of: Int.self) { tasks in
                        for number in 0..<16 {
                            let limits = gateways[number % 2]
                            tasks.addTask {
                                var sum = 0
                                for _ in 0..<60 {
                                    var outcome = RateLimitOutcome()
                                    await limits.take(
                                        [.init(limiter: limits.user, key: LimitKey(high: 7, low: 7))], &outcome)
                                    if outcome.retryAfterSeconds == nil { sum += 1 }
                                }
                                return sum
                            }
                        }
                        return await tasks.reduce(0, +)
                    }
                    let elapsed = now() - start
                    #expect(Int64(admitted) <= rate.burst + elapsed / rate.interval)
                    #expect(admitted >= 20)
                }
            }
        }
    }

    @Test func aStepTakesFromAllBudgetsOrFromNone() async throws {
        try await RealRedis.serve { port in
            try await withCounter("redis://127.0.0.1:\(port)", answerWithin: patient) { counter in
                try await ready(counter)
                let single = GCRA(count: 1, perSeconds: 3600, burst: 1)
                #expect(isAdmitted(await counter.take(asks(minute, single))) == true)
                for _ in 0..<10 {
                    let states = try #require(await counter.take(asks(minute, single)))
                    guard case .admitted(_, 1, _) = states[0].decision, case .refused = states[1].decision else {
                        Issue.record("\(states)")
                        return
                    }
                    #expect(states.allSatisfy { $0.receipt == nil })
                }
                #expect(isAdmitted(await counter.take(asks(minute))) == true)
                #expect(isAdmitted(await counter.take(asks(minute))) == true)
                #expect(isAdmitted(await counter.take(asks(minute))) == false)
            }
        }
    }

    @Test func aRefusalGivesBackWhatEarlierStepsTook() async throws {
        try await RealRedis.serve { port in
            try await withCounter("redis://127.0.0.1:\(port)", answerWithin: patient) { counter in
                try await ready(counter)
                let single = GCRA(count: 1, perSeconds: 3600, burst: 1)
                let limits = RateLimits { $0 == .user ? single : minute }.sharing(counter)
                let key = LimitKey(high: 8, low: 8)
                func request(asUser: Bool) async -> Bool {
                    var outcome = RateLimitOutcome()
                    await limits.take([.init(limiter: limits.address, key: key)], &outcome)
                    if asUser { await limits.take([.init(limiter: limits.user, key: key)], &outcome) }
                    return outcome.retryAfterSeconds == nil
                }
                #expect(await request(asUser: true))
                for _ in 0..<10 { #expect(await !request(asUser: true)) }
                #expect(await request(asUser: false))
                #expect(await request(asUser: false))
                #expect(await !request(asUser: false))
            }
        }
    }

    @Test func whatIsGivenBackCanBeTakenOnceMoreAndNoOftener() async throws {
        try await RealRedis.serve { port in
            try await withCounter("redis://127.0.0.1:\(port)", answerWithin: patient) { counter in
                try await ready(counter)
                let slow = GCRA(count: 1, perSeconds: 3600, burst: 40)
                @Sendable func take() async -> Bucket.Receipt? { await counter.take(asks(slow))?.first?.receipt }
                var kept = await withTaskGroup(of: Int.self) { tasks in
                    for _ in 0..<16 {
                        tasks.addTask {
                            var sum = 0
                            for turn in 0..<20 {
                                guard let receipt = await take() else { continue }
                                if turn % 2 == 0 {
                                    let ask = asks(slow)[0]
                                    counter.giveBack([SharedReturn(name: ask.name, key: ask.key, receipt: receipt)])
                                } else {
                                    sum += 1
                                }
                            }
                            return sum
                        }
                    }
                    return await tasks.reduce(0, +)
                }
                while await take() != nil { kept += 1 }
                // Time that ran off while a unit was out may be lost, with others in between: never a whole unit.
                #expect((39...40).contains(kept))
            }
        }
    }

    @Test func flushedScriptsAreSentAgain() async throws {
        try await RealRedis.serve { port in
            let url = "redis://127.0.0.1:\(port)"
            try await withCounter(url, answerWithin: patient) { counter in
                try await ready(counter)
                let other = try await RedisConnection.connect(
                    RedisURL(url), on: MultiThreadedEventLoopGroup.singleton.any())
                defer { other.close() }
                let soon = NIODeadline.now() + .seconds(5)
                #expect(try await other.send(RESPCommand("SCRIPT", "FLUSH"), by: soon) == .simple("OK"))
                #expect(isAdmitted(await counter.take(asks(minute))) == true)
            }
        }
    }

    @Test func keysExpireWhenTheirBucketsAreFull() async throws {
        try await RealRedis.serve { port in
            let url = "redis://127.0.0.1:\(port)"
            try await withCounter(url, answerWithin: patient) { counter in
                try await ready(counter)
                let fast = GCRA(count: 100, perSeconds: 1, burst: 1)
                for key: UInt64 in 0..<200 { _ = await counter.take(asks(fast, key: 1000 + key)) }
                let other = try await RedisConnection.connect(
                    RedisURL(url), on: MultiThreadedEventLoopGroup.singleton.any())
                defer { other.close() }
                // The key by which we saw that the server is there lasts a minute.
                try await eventually {
                    try await other.send(RESPCommand("DBSIZE"), by: .now() + .seconds(5)) == .integer(1)
                }
            }
        }
    }

    @Test func aPasswordAndADatabaseAreUsed() async throws {
        try await RealRedis.serve(["--requirepass", "open sesame"]) { port in
            try await withCounter("redis://:open%20sesame@127.0.0.1:\(port)/2", answerWithin: patient) {
                try await ready($0)
            }
            let loud = Loud()
            try await withCounter("redis://:wrong@127.0.0.1:\(port)", logger: loud.logger) { counter in
                try await eventually { loud.lines == ["warning"] }
                #expect(await counter.take(asks(minute)) == nil)
            }
        }
    }
}
