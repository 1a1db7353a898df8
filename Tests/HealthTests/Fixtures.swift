import Contracts
import Foundation
import Logging
import RPC
import Storage
import Synchronization
import Testing

@testable import health

let start = Instant(milliseconds: 1_790_000_000_000)
let interval = Duration.seconds(10)
let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// A clock that stands still until it is moved; a sleep ends when `tick` is called.
final class HandClock: Sendable {
    private struct State {
        var now = ContinuousClock.now
        var wall = start
        var slept: [Duration] = []
    }

    private let state = Mutex(State())
    private let ticks = AsyncStream.makeStream(of: Void.self)

    func advance(by duration: Duration) {
        state.withLock { state in
            state.now += duration
            state.wall = state.wall.advanced(by: duration)
        }
    }

    func tick() { ticks.continuation.yield() }

    var slept: [Duration] { state.withLock { $0.slept } }

    var clock: ProbeClock {
        ProbeClock(
            now: { self.state.withLock { $0.now } }, wall: { self.state.withLock { $0.wall } },
            sleep: { duration in
                self.state.withLock { $0.slept.append(duration) }
                for await _ in self.ticks.stream { return }
                throw CancellationError()
            })
    }
}

/// A history in a directory of its own.
struct Fixture {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("health-\(UUID().text)").path
    let history: HistoryStore

    init() throws {
        history = HistoryStore(
            store: try Store.open(
                directory: directory, fileName: "health.sqlite", migrator: HealthSchema.migrator, logger: quiet))
    }

    func records() async throws -> [ProbeRecord] {
        try await history.fold([], from: Instant(milliseconds: 0), to: Instant(milliseconds: .max)) { $0.append($1) }
    }

    func remove() async throws {
        try await history.store.close()
        try FileManager.default.removeItem(atPath: directory)
    }
}

/// A probe of `target`, so many seconds after the start.
func record(_ state: HealthState, after seconds: Int64, target: String = "auth") -> ProbeRecord {
    ProbeRecord(
        target: target, at: start.advanced(bySeconds: seconds), state: state, latencyMicroseconds: 700, error: nil)
}

func call(as role: Role?) -> RPCContext {
    let id = UUIDv7.make()
    return RPCContext(peer: "gateway", identity: role.map { RPCIdentity(subject: id, session: id, roles: $0.bits) })
}

/// Waits until the condition holds, at most a minute.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("did not happen within a minute", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
