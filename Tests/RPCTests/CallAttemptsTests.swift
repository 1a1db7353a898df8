import NIOCore
import Testing

@testable import RPC

/// Whether a call is sent again, by what its attempts ended with.
@Suite struct CallAttemptsTests {
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let budget = RetryBudget()

    private func attempts(isIdempotent: Bool = false, hasKey: Bool = false) -> CallAttempts {
        let method = RPCMethod<Text, Text>(
            0x7030, "test.again", callers: [], isIdempotent: isIdempotent, deduplicates: true)
        return CallAttempts(method.entry, hasKey: hasKey, attemptsMax: 3)
    }

    private func isRepeated(_ fault: RPCFault, _ attempts: inout CallAttempts) -> Bool {
        attempts.failed(fault, at: now, deadline: now + .seconds(60), budget).pause != nil
    }

    @Test func thirdAttemptIsTheLast() {
        var attempts = attempts()
        #expect((0..<3).map { _ in isRepeated(.busy, &attempts) } == [true, true, false])
    }

    @Test func tenServersThatStopAreNoAttempt() {
        var attempts = attempts()
        #expect((0..<10).allSatisfy { _ in isRepeated(.draining, &attempts) })
        #expect(!isRepeated(.draining, &attempts))
    }

    @Test(arguments: [(false, false, false), (true, false, true), (false, true, true)])
    func lostReplyIsAskedForAgainWhereThatIsHarmless(_ isIdempotent: Bool, _ hasKey: Bool, _ isHarmless: Bool) {
        var attempts = attempts(isIdempotent: isIdempotent, hasKey: hasKey)
        #expect(isRepeated(.connectionLost("deals"), &attempts) == isHarmless)
    }

    @Test func retryThatWouldComeTooLateIsNotMade() {
        var attempts = attempts()
        #expect(attempts.failed(.draining, at: now, deadline: now + .milliseconds(5), budget).pause == nil)
    }

    @Test func notExecutedIsSaidOnlyIfNoAttemptMayHaveRun() {
        var attempts = attempts(isIdempotent: true)
        let deadline = now + .seconds(60)
        #expect(attempts.failed(.busy, at: now, deadline: deadline, budget).told.isNotExecuted)
        #expect(!attempts.failed(.connectionLost("deals"), at: now, deadline: deadline, budget).told.isNotExecuted)
        #expect(!attempts.failed(.busy, at: now, deadline: deadline, budget).told.isNotExecuted)
    }
}
