import Contracts
import RPC
import Testing

@testable import health

@Test func oneGoodProbeIsEnoughToBeUp() {
    #expect(HealthJudgement.state(after: .good, failuresInARow: 0) == .up)
}

@Test func lostConnectionIsDownAtOnce() {
    #expect(HealthJudgement.state(after: .unreachable("gone"), failuresInARow: 1) == .down)
}

@Test func otherFailuresAreDownTheSecondTime() {
    #expect(HealthJudgement.state(after: .failed("late"), failuresInARow: 1) == .degraded)
    #expect(HealthJudgement.state(after: .failed("late"), failuresInARow: 2) == .down)
}

@Test func serviceThatIsNotReadyIsDegraded() {
    #expect(HealthJudgement.state(after: .notReady, failuresInARow: 0) == .degraded)
}

@Test(arguments: [
    (HealthState.up, HealthState.up, HealthState.up, HealthState.up),
    (.down, .up, .up, .down),
    (.up, .down, .unknown, .down),
    (.up, .up, .down, .degraded),
    (.unknown, .up, .down, .degraded),
    (.degraded, .up, .up, .degraded),
    (.up, .up, .degraded, .degraded),
    (.up, .unknown, .up, .unknown),
    (.up, .up, .unknown, .unknown),
    (.degraded, .up, .unknown, .unknown),
])
func overallFollowsTheServices(auth: HealthState, deals: HealthState, audit: HealthState, overall: HealthState) {
    #expect(HealthJudgement.overall(["auth": auth, "deals": deals, "audit": audit, "health": .up]) == overall)
}

@Test func threeIntervalsWithoutAProbeAreTooLong() {
    #expect(!HealthJudgement.isStale(after: interval * 3, interval: interval))
    #expect(HealthJudgement.isStale(after: interval * 3 + .milliseconds(1), interval: interval))
    #expect(HealthJudgement.vouched(for: .seconds(25), interval: interval) == .seconds(25))
    #expect(HealthJudgement.vouched(for: .seconds(3600), interval: interval) == interval)
}

@Test func outcomeTellsNoConnectionFromNoAnswer() async {
    let gone = RPCFault(.unavailable, "service_unavailable", "gone")
    let late = RPCFault(.deadlineExceeded, "deadline_exceeded", "late")
    #expect(await ProbeOutcome { throw gone } == .unreachable("gone"))
    #expect(await ProbeOutcome { throw late } == .failed("late"))
    #expect(await ProbeOutcome { false } == .notReady)
    #expect(await ProbeOutcome { true } == .good)
}
