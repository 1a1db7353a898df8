import Testing

@testable import ibpipeline

struct ClusterStateTests {
    private let start = ContinuousClock.now
    private let names = ["auth", "deals", "audit", "health", "gateway"]

    private func started() -> ClusterState {
        var state = ClusterState(names: names, drainOrder: ClusterPlan.drainOrder, at: start)
        _ = state.begin(at: start)
        return state
    }

    private func running() -> ClusterState {
        var state = started()
        for name in names { _ = state.handle(.ready(name), at: start) }
        return state
    }

    @Test func beginLaunchesAllAndTheLastReadyChildAnnounces() {
        var state = ClusterState(names: names, drainOrder: ClusterPlan.drainOrder, at: start)
        #expect(state.begin(at: start) == names.map(ClusterAction.launch))
        for name in names.dropLast() { #expect(state.handle(.ready(name), at: start).isEmpty) }
        #expect(state.handle(.ready("gateway"), at: start) == [.announceReady])
        #expect(state.handle(.startTimeOver, at: start).isEmpty)
    }

    @Test func aChildThatDiesBeforeTheOthersAreReadyHoldsTheAnnouncementBack() {
        var state = started()
        _ = state.handle(.ready("deals"), at: start)
        _ = state.handle(.ended("deals", .signaled(6)), at: start)
        for name in names where name != "deals" { #expect(state.handle(.ready(name), at: start).isEmpty) }
        #expect(state.handle(.backoffOver("deals"), at: start) == [.launch("deals")])
        #expect(state.handle(.ready("deals"), at: start) == [.announceReady])
    }

    @Test func aChildThatDiesIsStartedAgainAfterAWait() {
        var state = running()
        #expect(
            state.handle(.ended("deals", .signaled(9)), at: start) == [
                .report("deals ended (signal 9); starting it again in 0.25 s"), .wait("deals", .milliseconds(250)),
            ])
        #expect(state.handle(.backoffOver("deals"), at: start) == [.launch("deals")])
        #expect(state.handle(.ready("deals"), at: start) == [.report("deals is ready again")])
    }

    @Test(arguments: [(Int32(75), Int32(75)), (64, 1), (73, 1), (78, 1)])
    func aRefusalAtTheFirstStartStopsTheCluster(exit: Int32, code: Int32) {
        var state = started()
        let actions = state.handle(.ended("audit", .exited(exit)), at: start)
        #expect(
            actions == [
                .report("audit refused to start (exit code \(exit)); stopping"), .terminate(["gateway"]),
                .startDrainTime(step: 0),
            ])
        #expect(end(&state, ["gateway", "health", "deals", "auth"]) == [.finish(code)])
    }

    @Test func aRefusalOfAChildThatHasBeenReadyIsADeathLikeAnother() {
        var state = running()
        let actions = state.handle(.ended("audit", .exited(75)), at: start)
        #expect(actions.last == .wait("audit", .milliseconds(250)))
    }

    @Test func whoIsNotReadyInTimeIsNamedAndTheClusterStops() {
        var state = started()
        for name in ["auth", "deals", "gateway"] { _ = state.handle(.ready(name), at: start) }
        let actions = state.handle(.startTimeOver, at: start)
        #expect(actions.first == .report("not ready after 120 s: audit, health; stopping"))
        #expect(end(&state, ["gateway", "audit", "health", "deals", "auth"]) == [.finish(1)])
    }

    @Test func aSignalDrainsGroupByGroup() {
        var state = running()
        #expect(state.handle(.signal, at: start).dropFirst() == [.terminate(["gateway"]), .startDrainTime(step: 0)])
        #expect(ended(&state, "gateway") == [.terminate(["audit", "health"]), .startDrainTime(step: 1)])
        #expect(ended(&state, "health").isEmpty)
        #expect(ended(&state, "audit") == [.terminate(["deals"]), .startDrainTime(step: 2)])
        #expect(ended(&state, "deals") == [.terminate(["auth"]), .startDrainTime(step: 3)])
        #expect(ended(&state, "auth") == [.finish(0)])
        #expect(state.handle(.signal, at: start).isEmpty)
    }

    @Test func aChildThatWaitsForItsRestartIsNotWaitedFor() {
        var state = running()
        _ = state.handle(.ended("gateway", .exited(1)), at: start)
        #expect(
            state.handle(.signal, at: start).dropFirst() == [
                .terminate(["audit", "health"]), .startDrainTime(step: 1),
            ])
        #expect(state.handle(.backoffOver("gateway"), at: start).isEmpty)
    }

    @Test func whoDoesNotStopInTimeIsKilled() {
        var state = running()
        _ = state.handle(.signal, at: start)
        #expect(
            state.handle(.drainTimeOver(step: 0), at: start) == [
                .report("gateway did not stop in time; killing"), .kill(["gateway"]),
            ])
        #expect(
            state.handle(.ended("gateway", .signaled(9)), at: start) == [
                .report("gateway ended (signal 9)"), .terminate(["audit", "health"]), .startDrainTime(step: 1),
            ])
        #expect(state.handle(.drainTimeOver(step: 0), at: start).isEmpty)
    }

    @Test func aSecondSignalKillsWhoeverStillRuns() {
        var state = running()
        _ = state.handle(.signal, at: start)
        _ = ended(&state, "gateway")
        #expect(state.handle(.signal, at: start) == [.kill(["auth", "deals", "audit", "health"])])
        #expect(end(&state, ["auth", "deals", "audit", "health"]) == [.finish(1)])
    }

    private func ended(_ state: inout ClusterState, _ name: String) -> [ClusterAction] {
        state.handle(.ended(name, .exited(0)), at: start)
    }

    /// What the end of the last of them brings.
    private func end(_ state: inout ClusterState, _ names: [String]) -> [ClusterAction] {
        names.map { ended(&state, $0) }.last ?? []
    }
}
