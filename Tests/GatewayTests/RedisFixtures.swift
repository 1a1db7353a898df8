import Logging
import NIOCore
import NIOPosix

@testable import gateway

let minute = GCRA(count: 1, perSeconds: 60, burst: 3)

/// For what must not fall back because the machine is busy.
let patient = TimeAmount.seconds(20)

func asks(_ rates: GCRA..., key: UInt64 = 1) -> [SharedAsk] {
    rates.enumerated().map { SharedAsk("budget-\($0)", LimitKey(high: key, low: 0), $1) }
}

/// Runs a counter of its own while `body` does.
func withCounter(
    _ url: String, answerWithin: TimeAmount = .milliseconds(50),
    logger: Logger = quiet,
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
