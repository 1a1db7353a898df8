import Testing

@testable import ibpipeline

struct BackoffTests {
    @Test func waitsDoubleUpToTenSeconds() {
        var backoff = Backoff()
        let delays = (0..<8).map { _ in backoff.delay(alive: .seconds(1), jitter: 0) }
        #expect(delays == [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000].map(Duration.milliseconds))
    }

    @Test func aLongLifeStartsOver() {
        var backoff = Backoff()
        for _ in 0..<5 { _ = backoff.delay(alive: .zero, jitter: 0) }
        #expect(backoff.delay(alive: .seconds(30), jitter: 0) == .milliseconds(250))
    }

    @Test func jitterSpreadsByAFifthAndNeverPassesTheLimit() {
        var low = Backoff()
        var high = Backoff()
        #expect(low.delay(alive: .zero, jitter: -1) == .milliseconds(200))
        #expect(high.delay(alive: .zero, jitter: 1) == .milliseconds(300))
        for _ in 0..<40 { #expect(high.delay(alive: .zero, jitter: 1) <= .seconds(10)) }
    }

    @Test func secondsAreWrittenShort() {
        #expect(Duration.milliseconds(250).secondsText == "0.25")
        #expect(Duration.milliseconds(1500).secondsText == "1.5")
        #expect(Duration.milliseconds(2050).secondsText == "2.05")
        #expect(Duration.seconds(10).secondsText == "10")
    }
}
