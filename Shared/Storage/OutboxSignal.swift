import GRDB
import Synchronization

/// Wakes those who wait for the outbox to grow, once the commit that made it grow is done.
/// It hears of inserts and commits from SQLite itself, on the writer's thread; a rolled-back insert wakes nobody.
final class OutboxSignal: TransactionObserver, Sendable {
    /// One consumer waits with one call at a time; more than this is not consumers.
    static let waitersMax = 256

    private typealias Continuation = CheckedContinuation<Void, any Error>

    private struct State {
        /// The newest committed sequence number.
        var newest: Int64
        /// The newest one of the transaction under way.
        var uncommitted: Int64?
        var waiters: [Int: (after: Int64, continuation: Continuation)] = [:]
        var lastWaiter = 0
        var isClosed = false

        mutating func committed() -> [Continuation] {
            guard let grownTo = uncommitted else { return [] }
            uncommitted = nil
            newest = max(newest, grownTo)
            let ready = waiters.filter { $0.value.after < newest }
            for id in ready.keys { waiters[id] = nil }
            return ready.values.map(\.continuation)
        }

        mutating func close() -> [Continuation] {
            isClosed = true
            defer { waiters = [:] }
            return waiters.values.map(\.continuation)
        }

        mutating func nextWaiter() -> Int {
            lastWaiter += 1
            return lastWaiter
        }

        /// Returns false when there is nothing to wait for.
        mutating func add(_ continuation: Continuation, _ id: Int, after sequence: Int64) throws -> Bool {
            guard newest <= sequence, !isClosed else { return false }
            guard waiters.count < waitersMax else { throw StorageError.busy(waitingMax: waitersMax) }
            waiters[id] = (sequence, continuation)
            return true
        }
    }

    private let state: Mutex<State>

    init(newest: Int64) {
        state = Mutex(State(newest: newest))
    }

    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Returns when the outbox holds something after `sequence`, when the time is over, or when the store closes.
    func wait(after sequence: Int64, atMost limit: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.growth(after: sequence) }
            group.addTask { try await Task.sleep(for: limit) }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
        try Task.checkCancellation()
    }

    /// Lets all waiters go and keeps no new ones.
    func close() {
        for continuation in state.withLock({ $0.close() }) { continuation.resume() }
    }

    private func growth(after sequence: Int64) async throws {
        let id = state.withLock { $0.nextWaiter() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    guard try state.withLock({ try $0.add(continuation, id, after: sequence) }) else {
                        return continuation.resume()
                    }
                    // The handler below may have run before the waiter was there to be found.
                    if Task.isCancelled { abandon(id) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            abandon(id)
        }
    }

    private func abandon(_ id: Int) {
        state.withLock { $0.waiters.removeValue(forKey: id)?.continuation }?.resume()
    }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool {
        if case .insert("outbox") = kind { true } else { false }
    }

    func databaseDidChange(with event: DatabaseEvent) {
        state.withLock { $0.uncommitted = max($0.uncommitted ?? 0, event.rowID) }
    }

    func databaseDidCommit(_ db: Database) {
        for continuation in state.withLock({ $0.committed() }) { continuation.resume() }
    }

    func databaseDidRollback(_ db: Database) {
        state.withLock { $0.uncommitted = nil }
    }
}
