import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import gateway

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

private func isAdmitted(_ states: [SharedState]?) -> Bool? { states?.allSatisfy { $0.receipt != nil } }

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
            let said = Said(from: .notice)
            try await withCounter("redis://:wrong@127.0.0.1:\(port)", logger: said.logger) { counter in
                try await eventually { said.levels == ["warning"] }
                #expect(await counter.take(asks(minute)) == nil)
            }
        }
    }
}
