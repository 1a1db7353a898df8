import NIOCore
import NIOPosix
import Testing

@testable import RPC

extension Frame.Kind {
    /// Which way it goes in a conversation of `FaultConversation`.
    fileprivate var direction: FaultDirection {
        switch self {
        case .hello, .request, .cancel, .ping, .credit: .toServer
        case .helloAck, .response, .pong, .drain, .goodbye, .streamItem, .streamEnd: .toClient
        }
    }
}

/// Every toxic before, inside and after the first frame of every kind; the greeting's second half is the second HELLO.
private func everyPlan() -> [FaultPlan] {
    Frame.Kind.allCases.flatMap(plans)
}

private func plans(_ kind: Frame.Kind) -> [FaultPlan] {
    let breaks: [(Int) -> Toxic] = [Toxic.cut, Toxic.blackHole, Toxic.reset, Toxic.limitData]
    return (1...(kind == .hello ? 2 : 1)).flatMap { occurrence in
        let before = FaultTrigger(kind: kind, direction: kind.direction, occurrence: occurrence)
        var after = before
        after.moment = .after
        return [FaultPlan(.latency(milliseconds: 50), at: before), FaultPlan(.slice(bytes: 1), at: before)]
            + breaks.flatMap {
                [FaultPlan($0(0), at: before), FaultPlan($0(10), at: before), FaultPlan($0(0), at: after)]
            }
    }
}

/// The RPC on bad networks.
@Suite(.timeLimit(.minutes(10))) struct FaultTests {
    /// Enough to use the waiting times of one conversation for others.
    private static let conversationsAtOnce = 8

    @Test func everyCallEndsInTimeAndNothingIsDoneTwiceOrLeftBehindWhateverBreaks() async throws {
        let plans = everyPlan()
        let lag = MachineLag()
        var ends: [(place: String, call: CallRecord)] = []
        try await withThrowingTaskGroup(of: FaultConversation?.self) { tasks in
            tasks.addTask {
                await lag.run(on: FaultLoops.group.next())
                return nil
            }
            var rest = plans[...]
            func startNext() {
                guard let plan = rest.popFirst() else { return }
                let conversation = FaultConversation(plan, on: FaultLoops.group.next())
                tasks.addTask {
                    try await conversation.run()
                    return conversation
                }
            }
            for _ in 0..<Self.conversationsAtOnce { startNext() }
            var missing = plans.count
            while missing > 0, let conversation = try await tasks.next() {
                guard let conversation else { continue }
                missing -= 1
                ends += conversation.ledger.calls.map { (conversation.place, $0) }
                startNext()
            }
            tasks.cancelAll()
        }
        checkPunctuality(ends, lag)
    }

    /// What the machine's own timers were late after a deadline is not counted.
    private func checkPunctuality(_ ends: [(place: String, call: CallRecord)], _ lag: MachineLag) {
        let overshoots = ends.map(\.call.overshoot).sorted()
        let beyondLag = ends.map { $0.call.overshoot - lag.total(from: $0.call.deadline, to: $0.call.ended) }.max()
        guard let latest = ends.max(by: { $0.call.overshoot < $1.call.overshoot }), let beyondLag else {
            Issue.record("no call was made")
            return
        }
        let median = overshoots[overshoots.count / 2]
        let summary = """
            \(ends.count) calls ended past their deadline by a median of \(median.milliseconds) ms, at worst by \
            \(latest.call.overshoot.milliseconds) ms (\(latest.call.key), \(latest.place)); beyond the machine's own \
            lag at worst by \(max(beyondLag, .zero).milliseconds) ms
            """
        print(summary)
        #expect(beyondLag <= .seconds(1), "\(summary)")
        #expect(median <= .seconds(1), "\(summary)")
    }
}

extension TimeAmount {
    fileprivate var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
