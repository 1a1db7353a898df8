import Foundation
import NIOCore
import Synchronization
import Testing

@testable import gateway

private let second: Int64 = 1_000_000_000

private func key(_ number: Int) -> LimitKey { LimitKey(high: UInt64(number), low: 0) }

private func isAdmitted(_ limiter: RateLimiter, _ key: LimitKey, _ now: Int64) -> Bool {
    if case .admitted = limiter.take(key, now: now).decision { true } else { false }
}

/// Real threads, which start together.
private func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Int) -> Int {
    let sum = Mutex(0)
    let threads = DispatchGroup()
    let start = DispatchSemaphore(value: 0)
    for _ in 0..<count {
        threads.enter()
        let thread = Thread {
            start.wait()
            let result = body()
            sum.withLock { $0 += result }
            threads.leave()
        }
        thread.start()
    }
    for _ in 0..<count { start.signal() }
    threads.wait()
    return sum.withLock { $0 }
}

@Suite struct RateLimiterTests {
    @Test func sixtyFourThreadsTogetherGetExactlyTheBurst() {
        let limiter = RateLimiter("user", GCRA(count: 1, perSeconds: 3600, burst: 100))
        let admitted = onThreads(64) {
            (0..<50).reduce(0) { sum, _ in isAdmitted(limiter, key(1), second) ? sum + 1 : sum }
        }
        #expect(admitted == 100)
    }

    @Test func sixtyFourThreadsTogetherGetNoMoreThanBurstPlusRateTimesTime() {
        let rate = GCRA(count: 7000, perSeconds: 1, burst: 50)
        let limiter = RateLimiter("user", rate)
        let now: @Sendable () -> Int64 = { Int64(NIODeadline.now().uptimeNanoseconds) }
        let start = now()
        let admitted = onThreads(64) {
            (0..<200).reduce(0) { sum, _ in isAdmitted(limiter, key(1), now()) ? sum + 1 : sum }
        }
        let elapsed = now() - start
        #expect(Int64(admitted) <= rate.burst + elapsed / rate.interval)
        #expect(admitted >= 50)
    }

    @Test func sixtyFourThreadsThatGiveBackNeverLiftTheBound() {
        let rate = GCRA(count: 1, perSeconds: 3600, burst: 40)
        let limiter = RateLimiter("user", rate)
        let kept = onThreads(64) {
            (0..<50).reduce(0) { sum, turn in
                guard let receipt = limiter.take(key(1), now: second).receipt else { return sum }
                if turn % 2 == 0 {
                    limiter.giveBack(key(1), receipt, now: second)
                    return sum
                }
                return sum + 1
            }
        }
        // What comes back long after others have drawn may be lost to the client, never to the bound.
        #expect((1...40).contains(kept))
    }

    @Test func aMillionAddressesFindBoundedMemoryAndAreAllCounted() {
        let limiter = RateLimiter("address", GCRA(count: 1, perSeconds: 3600, burst: 1))
        var admitted = 0
        for number in 0..<1_000_000 where isAdmitted(limiter, LimitKey(high: UInt64(number) << 20, low: 6), second) {
            admitted += 1
        }
        #expect(limiter.keyCount <= RateLimiter.keysMax)
        // Those without room share sixteen buckets.
        #expect(admitted <= RateLimiter.keysMax + 16)
        #expect(admitted > RateLimiter.keysMax * 9 / 10)
    }

    @Test func fullBucketsMakeRoom() {
        let limiter = RateLimiter("address", GCRA(count: 1, perSeconds: 1, burst: 1))
        for number in 0..<(RateLimiter.keysMax * 2) { _ = limiter.take(key(number), now: second) }
        let later = 3 * second
        #expect((0..<1000).allSatisfy { isAdmitted(limiter, key(1_000_000 + $0), later) })
    }

    @Test func aNewRateKeepsTheCounts() {
        let limiter = RateLimiter("user", GCRA(count: 1, perSeconds: 1, burst: 5))
        for _ in 0..<5 { #expect(isAdmitted(limiter, key(1), second)) }
        limiter.change(to: GCRA(count: 1, perSeconds: 1, burst: 2), now: second)
        #expect(limiter.rate.burst == 2)
        #expect(!isAdmitted(limiter, key(1), second))
        #expect(isAdmitted(limiter, key(1), 2 * second))
        limiter.change(to: nil, now: 2 * second)
        #expect(limiter.rate.burst == 5)
        for _ in 0..<3 { #expect(isAdmitted(limiter, key(1), 2 * second)) }
        #expect(!isAdmitted(limiter, key(1), 2 * second))
    }
}
