import NIOCore
import RPC
import Testing

@testable import gateway

/// When a service is asked, and when not.
struct CircuitBreakerTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func broken() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for _ in 0..<CircuitBreaker.failuresMax { breaker.failed(start, jitter: 0) }
        return breaker
    }

    @Test func fewFailuresKeepItClosed() {
        var breaker = CircuitBreaker()
        for _ in 1..<CircuitBreaker.failuresMax { breaker.failed(start, jitter: 0) }
        #expect(breaker.ask(start) == .go)
    }

    @Test func successForgetsFailures() {
        var breaker = CircuitBreaker()
        for _ in 0..<100 {
            breaker.failed(start, jitter: 0)
            breaker.succeeded()
        }
        #expect(breaker.state == .closed(failures: 0))
    }

    @Test func manyFailuresOpenItForTheFirstPause() {
        var breaker = broken()
        #expect(breaker.ask(start) == .wait(CircuitBreaker.pauseFirst))
        #expect(breaker.ask(start + CircuitBreaker.pauseFirst) == .go)
    }

    @Test func oneProbeAtATime() {
        var breaker = broken()
        let later = start + CircuitBreaker.pauseFirst
        #expect(breaker.ask(later) == .go)
        guard case .wait = breaker.ask(later) else {
            Issue.record("a second call went through beside the probe")
            return
        }
    }

    @Test func goodProbeClosesIt() {
        var breaker = broken()
        _ = breaker.ask(start + CircuitBreaker.pauseFirst)
        breaker.succeeded()
        #expect(breaker.ask(start + CircuitBreaker.pauseFirst) == .go)
    }

    @Test func badProbesPauseLongerUpToTheMaximum() {
        var breaker = broken()
        var now = start
        for _ in 0..<20 {
            guard case .wait(let pause) = breaker.ask(now) else { continue }
            #expect(pause <= CircuitBreaker.pauseMax)
            now = now + pause
            #expect(breaker.ask(now) == .go)
            breaker.failed(now, jitter: 0)
        }
        #expect(breaker.ask(now) == .wait(CircuitBreaker.pauseMax))
    }

    @Test func lostProbeDoesNotLockItForEver() {
        var breaker = broken()
        _ = breaker.ask(start + CircuitBreaker.pauseFirst)
        #expect(breaker.ask(start + .minutes(1)) == .go)
    }

    @Test func lateFailuresOfOldCallsDoNotProlongThePause() {
        var breaker = broken()
        for _ in 0..<50 { breaker.failed(start + .milliseconds(1), jitter: 1) }
        #expect(breaker.ask(start + CircuitBreaker.pauseFirst) == .go)
    }

    @Test func callerWhoGivesUpTellsNothing() {
        var breaker = broken()
        _ = breaker.ask(start + CircuitBreaker.pauseFirst)
        let probing = breaker
        breaker.settle(.init(RPCFault(.cancelled, "cancelled", "")), start + .seconds(1), jitter: 0)
        #expect(breaker.state == probing.state)
    }

    @Test(arguments: [
        (RPCFault(.unavailable, "x", ""), CircuitBreaker.Outcome.bad), (RPCFault(.deadlineExceeded, "x", ""), .bad),
        (RPCFault(.cancelled, "x", ""), .unknown), (RPCFault(.resourceExhausted, "busy", ""), .good),
        (RPCFault(.notFound, "x", ""), .good), (.internal, .good),
    ])
    func onlyAServiceThatDoesNotAnswerFails(_ fault: RPCFault, _ outcome: CircuitBreaker.Outcome) {
        #expect(CircuitBreaker.Outcome(fault) == outcome)
    }
}
