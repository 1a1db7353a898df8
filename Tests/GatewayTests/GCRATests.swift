import Testing

@testable import gateway

private let second: Int64 = 1_000_000_000

@Test func burstIsAdmittedAtOnceAndThenTheRate() {
    let rate = GCRA(count: 10, perSeconds: 1, burst: 5)
    var tat: Int64 = 0
    var admitted = 0
    for _ in 0..<20 {
        if case .admitted(let next, _, _) = rate.decide(tat: tat, now: second) {
            tat = next
            admitted += 1
        }
    }
    #expect(admitted == 5)
    #expect(rate.decide(tat: tat, now: second) == .refused(retryNanoseconds: second / 10))
    guard case .admitted = rate.decide(tat: tat, now: second + second / 10) else {
        Issue.record("the announced wait was too short")
        return
    }
}

@Test func refusedRequestsCostNothing() {
    let rate = GCRA(count: 1, perSeconds: 60, burst: 1)
    guard case .admitted(let tat, 0, _) = rate.decide(tat: 0, now: second) else {
        Issue.record("the first request was refused")
        return
    }
    // However often it asks meanwhile, the client is admitted at the same moment.
    for tries: Int64 in 1..<60 {
        guard case .refused(let wait) = rate.decide(tat: tat, now: second + tries * second) else {
            Issue.record("admitted too early")
            return
        }
        #expect(wait == (60 - tries) * second)
    }
}

@Test func anyWindowAdmitsAtMostBurstPlusRateTimesLength() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<50 {
        let count = Int64.random(in: 1...1000, using: &random)
        let burst = Int64.random(in: 1...50, using: &random)
        let rate = GCRA(count: count, perSeconds: 1, burst: burst)
        var tat: Int64 = 0
        var now = second
        var admissions: [Int64] = []
        for _ in 0..<200 {
            now += Int64.random(in: 0...(2 * second / count), using: &random)
            if case .admitted(let next, _, _) = rate.decide(tat: tat, now: now) {
                tat = next
                admissions.append(now)
            }
        }
        let excess = admissions.indices.contains { index in
            admissions[index...].enumerated().contains { offset, end in
                Int64(offset + 1) > burst + (end - admissions[index]) / rate.interval + 1
            }
        }
        #expect(!excess, "\(count)/s with a burst of \(burst)")
    }
}

@Test(arguments: [("50/s:100", 20_000_000, 100), ("10/m:20", 6_000_000_000, 20), ("1/h:1", 3_600_000_000_000, 1)])
func ratesAreWrittenAsCountUnitAndBurst(_ text: String, _ interval: Int64, _ burst: Int64) {
    #expect(GCRA(text: text)?.interval == interval)
    #expect(GCRA(text: text)?.burst == burst)
}

@Test(arguments: ["", "50", "50/s", "50/s:", "0/s:1", "1/s:0", "x/s:1", "1/d:1", "-1/s:1", "1/s:1:1"])
func otherRatesAreRefused(_ text: String) { #expect(GCRA(text: text) == nil) }

@Test func sixtyFourThreadsTogetherGetExactlyTheBurst() async {
    let limiter = RateLimiter("user", GCRA(count: 1, perSeconds: 3600, burst: 100))
    let admitted = await withTaskGroup(of: Int.self) { tasks in
        for _ in 0..<64 {
            tasks.addTask {
                (0..<50).reduce(0) { sum, _ in
                    if case .admitted = limiter.decide("one", now: second) { sum + 1 } else { sum }
                }
            }
        }
        return await tasks.reduce(0, +)
    }
    #expect(admitted == 100)
}

@Test func memoryIsBoundedUnderManyAddresses() {
    let limiter = RateLimiter("address", GCRA(count: 1, perSeconds: 60, burst: 1))
    for number in 0..<(RateLimiter.keysMax * 5 / 4) { _ = limiter.decide("\(number)", now: second) }
    #expect(limiter.keyCount <= RateLimiter.keysMax + 16)
}

@Test func addressesOfOneIPv6NetworkShareABudget() {
    #expect(RateLimits.key(forAddress: "2001:db8:0:1::1") == RateLimits.key(forAddress: "2001:db8:0:1:ffff::2"))
    #expect(RateLimits.key(forAddress: "2001:db8:0:1::1") != RateLimits.key(forAddress: "2001:db8:0:2::1"))
    #expect(RateLimits.key(forAddress: "192.0.2.1") == "192.0.2.1")
}
