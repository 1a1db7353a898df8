import Contracts
import Storage
import Synchronization
import Testing

@testable import health

private func span(_ status: HealthState, _ from: Int64, _ to: Int64, _ probes: Int) -> HealthSpan {
    HealthSpan(
        status: status, from: start.advanced(bySeconds: from), to: start.advanced(bySeconds: to), probes: probes)
}

private func spans(_ probes: [(HealthState, Int64)], until end: Int64) -> [HealthSpan] {
    var builder = SpanBuilder(from: start, interval: interval)
    for (state, second) in probes { builder.take(record(state, after: second)) }
    return builder.spans(until: start.advanced(bySeconds: end))
}

@Test func probesOfOneStateMakeOneSpan() {
    #expect(spans([(.up, 5), (.up, 15), (.up, 25)], until: 30) == [span(.up, 0, 30, 3)])
}

@Test func changeOfStateBeginsASpan() {
    let found = spans([(.up, 0), (.up, 10), (.down, 20), (.down, 30), (.up, 40)], until: 50)
    #expect(found == [span(.up, 0, 20, 2), span(.down, 20, 40, 2), span(.up, 40, 50, 1)])
}

@Test func timeThatNobodyWatchedIsUnknown() {
    let found = spans([(.up, 100), (.up, 110), (.up, 200), (.down, 210)], until: 300)
    #expect(
        found == [
            span(.unknown, 0, 100, 0), span(.up, 100, 120, 2), span(.unknown, 120, 200, 0), span(.up, 200, 210, 1),
            span(.down, 210, 220, 1), span(.unknown, 220, 300, 0),
        ])
}

@Test func serviceWithoutProbesIsUnknownAllTheTime() {
    #expect(spans([], until: 86_400) == [span(.unknown, 0, 86_400, 0)])
    #expect(spans([], until: 10) == [span(.unknown, 0, 10, 0)])
}

@Test func flappingServiceKeepsItsNewestSpans() {
    let found = spans((0..<3000).map { ($0.isMultiple(of: 2) ? .up : .down, Int64($0)) }, until: 3000)
    #expect(found.count == SpanBuilder.spansMax)
    #expect(found.last == span(.down, 2999, 3000, 1))
}

@Test func historyKeepsWhatProbesSaw() async throws {
    let fixture = try Fixture()
    var down = record(.down, after: 20)
    down.error = "gone"
    try await fixture.history.append([record(.up, after: 10, target: "deals"), down])
    try await fixture.history.append([])
    #expect(try await fixture.records() == [record(.up, after: 10, target: "deals"), down])
    #expect(try await fixture.history.answers())
    try await fixture.remove()
}

@Test func probesOlderThanTwoDaysAreDeletedInSmallSteps() async throws {
    let fixture = try Fixture()
    try await fixture.history.append((0..<2500).map { record(.up, after: $0) })
    let now = start.advanced(bySeconds: HistoryStore.retentionSeconds + 2200)
    #expect(try await fixture.history.prune(at: now) == 2200)
    #expect(try await fixture.records().first?.at == start.advanced(bySeconds: 2200))
    #expect(try await fixture.history.prune(at: now) == 0)
    try await fixture.remove()
}

@Test func writerFlushesOncePerPauseAndPrunesAtStart() async throws {
    let (fixture, hand) = (try Fixture(), HandClock())
    try await fixture.history.append([record(.up, after: -HistoryStore.retentionSeconds - 1)])
    let writer = HistoryWriter(history: fixture.history, buffer: ProbeBuffer(), logger: quiet, clock: hand.clock)
    writer.buffer.add(record(.up, after: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await writer.run() }
        hand.tick()
        try await eventually { try await fixture.records() == [record(.up, after: 0)] }
        writer.buffer.add(record(.down, after: 1))
        hand.tick()
        try await eventually { try await fixture.records().count == 2 }
        group.cancelAll()
    }
    #expect(hand.slept.allSatisfy { $0 == HistoryWriter.pause })
    try await fixture.remove()
}

@Test func probesWaitForAFileThatDoesNotTakeThem() async throws {
    let (fixture, hand) = (try Fixture(), HandClock())
    try await fixture.history.store.close()
    let writer = HistoryWriter(history: fixture.history, buffer: ProbeBuffer(), logger: quiet, clock: hand.clock)
    writer.buffer.add(record(.up, after: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await writer.run() }
        hand.tick()
        try await eventually { hand.slept.count == 2 }
        group.cancelAll()
    }
    #expect(writer.buffer.drain() == [record(.up, after: 0)])
    try await fixture.remove()
}

@Test func fullBufferDropsTheOldest() {
    let buffer = ProbeBuffer(capacity: 3)
    for second in 0..<5 { buffer.add(record(.up, after: Int64(second))) }
    let drained = buffer.drain()
    #expect(drained.map(\.at) == (2..<5).map { start.advanced(bySeconds: $0) })
    buffer.add(record(.down, after: 5))
    buffer.putBack(drained)
    #expect(buffer.drain().map(\.at) == (3..<6).map { start.advanced(bySeconds: $0) })
}
