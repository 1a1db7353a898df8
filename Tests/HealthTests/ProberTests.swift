import Contracts
import RPC
import Synchronization
import Testing

@testable import health

/// A target whose answer the test sets.
private final class Target: Sendable {
    let outcome = Mutex(ProbeOutcome.good)
    let probes = Mutex<[Probe]>([])

    var count: Int { probes.withLock { $0.count } }
}

private func withProber(
    _ target: Target, _ hand: HandClock, changes: AsyncStream<RPCConnectionState>? = nil,
    _ body: () async throws -> Void
) async throws {
    let prober = Prober(
        target: "auth", interval: interval, clock: hand.clock,
        probe: {
            hand.advance(by: .milliseconds(3))
            return target.outcome.withLock { $0 }
        },
        record: { probe in target.probes.withLock { $0.append(probe) } })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await prober.run(onChangesOf: changes) }
        try await body()
        group.cancelAll()
    }
}

@Test func proberLooksAtOnceAndThenAtIntervals() async throws {
    let (target, hand) = (Target(), HandClock())
    try await withProber(target, hand) {
        try await eventually { target.count == 1 }
        for expected in 2...5 {
            hand.tick()
            try await eventually { target.count == expected }
        }
        try await eventually { hand.slept.count == 5 }
    }
    #expect(hand.slept.allSatisfy { $0 >= interval * 0.9 && $0 <= interval * 1.1 })
    #expect(target.probes.withLock { $0.allSatisfy { $0.latency == .milliseconds(3) } })
    #expect(target.probes.withLock { $0.last?.at } == start.advanced(by: .milliseconds(15)))
}

@Test func proberLooksAtOnceWhenTheConnectionComesOrGoes() async throws {
    let (target, hand) = (Target(), HandClock())
    let (changes, change) = AsyncStream.makeStream(of: RPCConnectionState.self)
    let board = ProbeBoard(targets: ["auth"], interval: interval, clock: hand.clock)
    func status() -> HealthState? {
        target.probes.withLock { $0.last }.map { board.take($0, of: "auth")?.state ?? .unknown }
    }
    try await withProber(target, hand, changes: changes) {
        #expect(target.count == 0)
        change.yield(.connected)
        try await eventually { target.count == 1 }
        #expect(status() == .up)
        target.outcome.withLock { $0 = .unreachable("gone") }
        change.yield(.disconnected)
        try await eventually { target.count == 2 }
        #expect(status() == .down)
        target.outcome.withLock { $0 = .good }
        change.yield(.connected)
        try await eventually { target.count == 3 }
        #expect(status() == .up)
    }
}

@Test func cancelledProberRecordsNothingMore() async throws {
    let (target, hand) = (Target(), HandClock())
    try await withProber(target, hand) { try await eventually { target.count == 1 } }
    hand.tick()
    #expect(target.count == 1)
}

@Test func boardKnowsOnlyItsTargets() {
    let board = ProbeBoard(targets: ["auth"], interval: interval)
    let probe = Probe(at: start, moment: .now, latency: .zero, outcome: .good)
    #expect(board.take(probe, of: "other") == nil)
    #expect(board.services().keys.sorted() == ["auth"])
}
