import GRDB
import Logging
import Synchronization

/// Many writers, one transaction: a commit costs one sync of the disk, whoever shares it.
///
/// Writes queue up; the writer's thread takes up to 64 at a time, runs each inside its own savepoint, commits, and only
/// then answers all of them. While one commit waits for the disk the next batch gathers, so nobody waits for a timer.
/// A closure that throws is undone alone. When the commit itself fails, all of the batch fail, also those that had
/// thrown: what they saw may have been the work of a neighbour that now never happened.
/// Foreign keys must not be deferred: one that is violated would fail at COMMIT, and with it all neighbours.
final class GroupCommit: Sendable {
    /// At about 10 000 writes a second this is less than half a second of waiting; more would be answered too late.
    static let waitingMax = 4096
    static let batchMax = 64

    private struct Write: Sendable {
        /// Runs the closure; what it returns hands the outcome to the waiter and is called after COMMIT.
        let run: @Sendable (Database) -> () -> Void
        /// Called instead when there was no COMMIT.
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Write] = []
        var isDraining = false
        var transactions = 0

        /// Returns true when nobody drains yet.
        mutating func add(_ write: Write) throws -> Bool {
            guard waiting.count < waitingMax else { throw StorageError.busy(waitingMax: waitingMax) }
            waiting.append(write)
            defer { isDraining = true }
            return !isDraining
        }

        mutating func nextBatch() -> [Write] {
            let batch = Array(waiting.prefix(batchMax))
            waiting.removeFirst(batch.count)
            transactions += 1
            return batch
        }

        /// Returns true when the drain must go on.
        mutating func batchEnded() -> Bool {
            isDraining = !waiting.isEmpty
            return isDraining
        }
    }

    private let pool: DatabasePool
    private let logger: Logger
    private let state = Mutex(State())

    init(pool: DatabasePool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// How many writes wait for their turn.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// How many transactions were begun so far.
    var transactions: Int { state.withLock { $0.transactions } }

    /// A caller that is cancelled before the call gets a CancellationError and nothing runs. Once queued, a write is
    /// carried out and answered all the same: only so the caller always knows whether it happened.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            let write = Write(
                run: { db in
                    let outcome = Result { try db.savepoint(body) }
                    return { continuation.resume(with: outcome) }
                },
                fail: { continuation.resume(throwing: $0) })
            do {
                if try state.withLock({ try $0.add(write) }) { drain() }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// One batch per turn on the writer's queue, so that its other users get their turns too.
    private func drain() {
        pool.asyncWriteWithoutTransaction { db in
            self.commitBatch(db)
            if self.state.withLock({ $0.batchEnded() }) { self.drain() }
        }
    }

    private func commitBatch(_ db: Database) {
        let batch = state.withLock { $0.nextBatch() }
        var answers: [() -> Void] = []
        do {
            try db.inTransaction(.immediate) {
                answers = batch.map { $0.run(db) }
                return .commit
            }
        } catch {
            logger.error("commit failed", metadata: ["error": "\(error)", "storage.writes": "\(batch.count)"])
            for write in batch { write.fail(error) }
            return
        }
        for answer in answers { answer() }
    }
}

extension Database {
    /// `inSavepoint` with a result: undone when the body throws.
    fileprivate func savepoint<T>(_ body: (Database) throws -> T) throws -> T {
        var outcome: Result<T, any Error> = .failure(DatabaseError(resultCode: .SQLITE_ABORT))
        try inSavepoint {
            outcome = .success(try body(self))
            return .commit
        }
        return try outcome.get()
    }
}
