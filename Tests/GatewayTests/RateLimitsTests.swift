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

private func fields(_ outcome: RateLimitOutcome) -> HTTPHeaders {
    var headers = HTTPHeaders()
    outcome.write(to: &headers)
    return headers
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
