import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import gateway

private let second: Int64 = 1_000_000_000

/// A clock that a test moves.
private final class Clock: Sendable {
    private let nanoseconds = Mutex(second)
    var now: Int64 { nanoseconds.withLock { $0 } }
    func advance(_ by: Int64) { nanoseconds.withLock { $0 += by } }
}

private func limits(_ clock: Clock, _ rates: [BudgetName: GCRA] = [:]) -> RateLimits {
    let plenty = GCRA(count: 1000, perSeconds: 1, burst: 1000)
    var limits = RateLimits { rates[$0] ?? plenty }
    limits.clock = { clock.now }
    return limits
}

private func key(_ number: Int) -> LimitKey { LimitKey(high: UInt64(number), low: 0) }

private func isAdmitted(_ limiter: RateLimiter, _ key: LimitKey, _ now: Int64) -> Bool {
    if case .admitted = limiter.take(key, now: now).decision { true } else { false }
}

private func fields(_ outcome: RateLimitOutcome) -> HTTPHeaders {
    var headers = HTTPHeaders()
    outcome.write(to: &headers)
    return headers
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

@Suite struct LimitKeyTests {
    @Test func addressesOfOneIPv6NetworkAreOne() {
        #expect(LimitKey(address: "2001:db8:0:1::1") == LimitKey(address: "2001:db8:0:1:ffff::2"))
        #expect(LimitKey(address: "2001:db8:0:1::1") != LimitKey(address: "2001:db8:0:2::1"))
    }

    @Test func anIPv4AddressInIPv6IsTheIPv4Address() {
        #expect(LimitKey(address: "::ffff:192.0.2.1") == LimitKey(address: "192.0.2.1"))
        #expect(LimitKey(address: "192.0.2.1") != LimitKey(address: "192.0.2.2"))
        #expect(LimitKey(address: "0.0.0.1") != LimitKey(address: "::1"))
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1..2.3", "unknown", "1.2.3.4 "])
    func whatIsNoAddressIsAKeyOfItsOwn(_ text: String) {
        #expect(LimitKey(address: text) == LimitKey(address: text))
        #expect(LimitKey(address: text) != LimitKey(address: "1.2.3.4"))
    }

    @Test func anAccountIsOneHoweverItIsWritten() throws {
        let plain = try #require(LimitKey(signIn: Array(#"{"email":"ann@example.com","password":"x"}"#.utf8)))
        #expect(LimitKey(signIn: Array(#"{"password":"y","email":"  ANN@Example.com\n"}"#.utf8)) == plain)
        #expect(LimitKey(signIn: Array(#"{"email":"\u0061nn@example.com"}"#.utf8)) == plain)
        #expect(LimitKey(signIn: Array(#"{"email":"bob@example.com"}"#.utf8)) != plain)
    }

    @Test(arguments: ["", "{}", "[]", "nonsense", #"{"email":7}"#, #"{"email":" "}"#, #"{"token":"t"}"#])
    func aBodyWithoutAnAccountHasNone(_ body: String) { #expect(LimitKey(signIn: Array(body.utf8)) == nil) }

    @Test func aBodyTooLongForASignInIsNotRead() {
        let padding = String(repeating: " ", count: 4096)
        #expect(LimitKey(signIn: Array((#"{"email":"ann@example.com"}"# + padding).utf8)) == nil)
    }
}

@Suite struct RateLimitsTests {
    private let one = GCRA(count: 1, perSeconds: 60, burst: 1)
    private let clock = Clock()
    private let address = LimitKey(address: "192.0.2.1")
    private let user = UUID()

    /// The request's whole way: its address first, then what is narrower.
    private func request(
        _ limits: RateLimits, _ limit: LimitClass = .standard, _ method: HTTPMethod = .GET, body: String = ""
    ) async -> RateLimitOutcome {
        var outcome = RateLimitOutcome()
        await limits.take([.init(limiter: limits.address, key: address)], &outcome)
        let narrow = limits.narrow(limit, method, user: user, address: address, body: ByteBuffer(string: body))
        await limits.take(narrow, &outcome)
        return outcome
    }

    @Test func aRefusedRequestCostsNothingAnywhere() async {
        let five = GCRA(count: 1, perSeconds: 3600, burst: 5)
        let limits = limits(clock, [.address: five, .user: five, .write: one])
        #expect(await request(limits, .standard, .POST).retryAfterSeconds == nil)
        for _ in 0..<100 { #expect(await request(limits, .standard, .POST).retryAfterSeconds == 60) }
        // Four are left of both.
        for _ in 0..<4 { #expect(await request(limits).retryAfterSeconds == nil) }
        #expect(await request(limits).retryAfterSeconds == 3600)
    }

    @Test func theWaitIsThatOfTheSlowestEmptyBudget() async {
        let slow = GCRA(count: 1, perSeconds: 3600, burst: 1)
        let limits = limits(clock, [.user: one, .heavy: slow])
        #expect(await request(limits, .heavy).retryAfterSeconds == nil)
        #expect(await request(limits, .heavy).retryAfterSeconds == 3600)
        clock.advance(60 * second)
        #expect(await request(limits, .heavy).retryAfterSeconds == 3540)
    }

    @Test func eachClassDrawsFromItsBudgets() {
        let limits = limits(clock)
        func names(_ limit: LimitClass, _ method: HTTPMethod, _ user: UUID?, _ body: String = "") -> [String] {
            limits.narrow(limit, method, user: user, address: address, body: ByteBuffer(string: body)).map(
                \.limiter.name)
        }
        #expect(names(.standard, .GET, user) == ["user"])
        #expect(names(.standard, .DELETE, user) == ["user", "write"])
        #expect(names(.heavy, .GET, user) == ["user", "heavy"])
        #expect(names(.heavy, .POST, user) == ["user", "write", "heavy"])
        #expect(names(.standard, .POST, nil) == [])
        #expect(names(.signIn, .POST, nil) == ["sign-in"])
        #expect(names(.signIn, .POST, nil, #"{"email":"a@b"}"#) == ["sign-in", "sign-in-account"])
        #expect(names(.refresh, .POST, nil) == ["refresh"])
    }

    @Test func guessingAtOneAccountIsSlowFromAnywhere() async {
        let limits = limits(clock, [.signInAccount: one])
        let body = #"{"email":"ann@example.com","password":"x"}"#
        #expect(await request(limits, .signIn, .POST, body: body).retryAfterSeconds == nil)
        let other = limits.narrow(
            .signIn, .POST, user: nil, address: LimitKey(address: "2001:db8::1"), body: ByteBuffer(string: body))
        var outcome = RateLimitOutcome()
        await limits.take(other, &outcome)
        #expect(outcome.retryAfterSeconds == 60)
        #expect(
            await request(limits, .signIn, .POST, body: #"{"email":"bob@example.com"}"#).retryAfterSeconds == nil)
    }

    @Test func whoeverTriesAnAccountUsesUpNoDevicesBudget() async {
        let limits = limits(clock, [.signInAccount: one])
        let body = ByteBuffer(string: #"{"email":"ann@example.com","password":"x"}"#)
        for device in [nil, "her laptop", "her phone"] as [Substring?] {
            for isRefused in [false, true] {
                var outcome = RateLimitOutcome()
                await limits.take(
                    limits.narrow(.signIn, .POST, user: nil, address: address, body: body, device: device), &outcome)
                #expect((outcome.retryAfterSeconds != nil) == isRefused)
            }
        }
    }

    @Test func allBudgetsAreToldTheTightestFirst() async {
        let limits = limits(
            clock,
            [
                .address: GCRA(count: 200, perSeconds: 1, burst: 400), .user: GCRA(count: 1, perSeconds: 1, burst: 10),
                .write: GCRA(count: 1, perSeconds: 1, burst: 4),
            ])
        let headers = fields(await request(limits, .standard, .PUT))
        #expect(
            headers["RateLimit-Policy"] == [#""write";q=4;w=4, "address";q=400;w=2, "user";q=10;w=10"#])
        #expect(headers["RateLimit"] == [#""write";r=3;t=1, "address";r=399;t=1, "user";r=9;t=1"#])
        #expect(headers["Retry-After"] == [])
    }

    @Test func aRefusalTellsWhatIsStillThere() async {
        let limits = limits(clock, [.user: one, .address: GCRA(count: 1, perSeconds: 1, burst: 9)])
        _ = await request(limits)
        let headers = fields(await request(limits))
        #expect(headers["RateLimit"] == [#""user";r=0;t=60, "address";r=8;t=1"#])
        #expect(headers["Retry-After"] == ["60"])
    }

    @Test func withoutBudgetsThereAreNoFields() { #expect(fields(RateLimitOutcome()).isEmpty) }

    @Test func ratesOfAPolicyApplyAndFallBackToTheSettings() async {
        let limits = limits(clock, [.user: one])
        #expect(await request(limits).retryAfterSeconds == nil)
        limits.apply([.user: GCRA(count: 1, perSeconds: 60, burst: 2), .address: one])
        #expect(limits.address.rate == one)
        clock.advance(1000 * second)
        #expect(await request(limits).retryAfterSeconds == nil)
        limits.apply([:])
        #expect(limits.user.rate == one)
        #expect(limits.address.rate.burst == 1000)
    }
}

@Test(arguments: [0, 7, 10, 99, 100, 1_234_567_890, Int64.max])
func numbersAreWrittenAsTheyAre(_ number: Int64) {
    #expect(ASCIIText.string(32) { $0.append(number) } == "\(number)")
}

@Test func textBeyondItsRoomIsCut() {
    let text = ASCIIText.string(4) { text in
        text.append("abc")
        text.append(123)
    }
    #expect(text.hasPrefix("abc1"))
    #expect(text.utf8.count == 4)
}
