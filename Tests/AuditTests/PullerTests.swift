import Contracts
import Logging
import RPC
import Storage
import Synchronization
import Testing

@testable import audit

/// A source as the intake sees it: answers what it has, waits for more, or fails.
private final class Source: Sendable {
    struct State {
        var events: [SequencedEvent] = []
        var isDown = false
        var asked: [Int64] = []
    }

    let state = Mutex(State())
    private let news = AsyncStream.makeStream(of: Void.self)

    func change(_ body: @Sendable (inout State) -> Void) {
        state.withLock { body(&$0) }
        news.continuation.yield()
    }

    func pull(_ request: EventPull) async throws -> EventPage {
        if let page = try page(request) { return page }
        for await _ in news.stream { break }
        return try page(request) ?? EventPage(events: [], newest: request.after)
    }

    private func page(_ request: EventPull) throws -> EventPage? {
        try state.withLock { state in
            state.asked.append(request.after)
            if state.isDown { throw RPCFault(.unavailable, "service_unavailable", "gone") }
            let events = state.events.filter { $0.sequence > request.after }.prefix(request.limit)
            return events.isEmpty ? nil : EventPage(events: Array(events), newest: state.events.last?.sequence ?? 0)
        }
    }
}

private struct Recorder: LogHandler {
    final class Lines: Sendable {
        let levels = Mutex<[Logger.Level]>([])

        func count(_ level: Logger.Level) -> Int { levels.withLock { $0.count { $0 == level } } }
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.levels.withLock { $0.append(event.level) } }
}

private func withPuller(
    _ source: Source, _ log: LogStore, _ lines: Recorder.Lines = .init(),
    pause: @escaping @Sendable (Duration) async -> Void = { _ in await Task.yield() }, _ body: () async throws -> Void
) async throws {
    let puller = Puller(
        source: "deals", log: log, logger: Logger(label: "test", factory: { _ in Recorder(lines: lines) }),
        pull: { try await source.pull($0) }, pause: pause)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await puller.run() }
        try await body()
        group.cancelAll()
    }
}

@Test func intakeFollowsItsSource() async throws {
    let (fixture, source) = (try Fixture(), Source())
    source.change { $0.events = (1...450).map { deal($0) } }
    try await withPuller(source, fixture.log) {
        try await eventually { try await fixture.log.cursor(of: "deals") == 450 }
        source.change { $0.events.append(deal(451)) }
        try await eventually { try await fixture.log.cursor(of: "deals") == 451 }
    }
    #expect(source.state.withLock { $0.asked.prefix(4) } == [0, 200, 400, 450])
    #expect(try await fixture.verify().ok)
    try await fixture.remove()
}

@Test func outageIsWaitedOutAndWarnedOfOnce() async throws {
    let (fixture, source, lines) = (try Fixture(), Source(), Recorder.Lines())
    source.change { $0.isDown = true }
    let pauses = Mutex<[Duration]>([])
    let note: @Sendable (Duration) async -> Void = { pause in
        pauses.withLock { $0.append(pause) }
        await Task.yield()
    }
    try await withPuller(source, fixture.log, lines, pause: note) {
        try await eventually { pauses.withLock { $0.count } >= 8 }
        source.change { state in
            state.isDown = false
            state.events = [deal(1), deal(2)]
        }
        try await eventually { try await fixture.log.cursor(of: "deals") == 2 }
        try await eventually { lines.count(.notice) == 1 }
    }
    #expect(lines.count(.warning) == 1)
    #expect(pauses.withLock { $0.prefix(8).allSatisfy { $0 >= Puller.shortestPause / 2 && $0 <= Puller.longestPause } })
    try await fixture.remove()
}

@Test func restartGoesOnBehindTheCursor() async throws {
    let (fixture, source) = (try Fixture(), Source())
    source.change { $0.events = (1...3).map { deal($0) } }
    try await withPuller(source, fixture.log) {
        try await eventually { try await fixture.log.cursor(of: "deals") == 3 }
    }
    try await fixture.log.store.close()

    let (reopened, restarted) = (try Fixture.open(fixture.directory), Source())
    let all = source.state.withLock { $0.events } + [deal(4)]
    restarted.change { $0.events = all }
    try await withPuller(restarted, reopened) {
        try await eventually { try await reopened.cursor(of: "deals") == 4 }
    }
    #expect(restarted.state.withLock { $0.asked.first } == 3)
    #expect(try await reopened.page(LogSearch(AuditQuery())).items.count == 4)
    try await reopened.store.close()
    try await fixture.remove()
}

@Test func sourceThatWentBackInTimeIsNotFollowed() async throws {
    let (fixture, lines) = (try Fixture(), Recorder.Lines())
    try await fixture.fill(5)
    let puller = Puller(
        source: "deals", log: fixture.log, logger: Logger(label: "test", factory: { _ in Recorder(lines: lines) }),
        pull: { _ in EventPage(events: [], newest: 2) }, pause: { _ in await Task.yield() })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await puller.run() }
        try await eventually { lines.count(.warning) == 1 }
        group.cancelAll()
    }
    #expect(lines.count(.notice) == 0)
    try await fixture.remove()
}
