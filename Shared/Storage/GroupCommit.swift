import Dispatch
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
///
/// When the disk fails, the batch fails with a `StorageError`, and further writes are refused unrun until a test write
/// succeeds (see `DiskWatch`).
final class GroupCommit: Sendable {
    /// At about 10 000 writes a second this is less than half a second of waiting; more would be answered too late.
    static let waitingMax = 4096
    static let batchMax = 64

    private let pool: DatabasePool
    private let watch: DiskWatch
    let probe: DiskProbe
    private let logger: Logger
    private let queue = Mutex(WriteQueue())

    init(pool: DatabasePool, gate: Gate, probeInterval: DispatchTimeInterval = .seconds(1), logger: Logger) {
        self.pool = pool
        self.logger = logger
        watch = DiskWatch(path: pool.path, logger: logger)
        probe = DiskProbe(pool: pool, gate: gate, watch: watch, interval: probeInterval)
    }

    /// How many writes wait for their turn.
    var waiting: Int { queue.withLock { $0.waiting.count } }

    /// How many transactions were begun so far.
    var transactions: Int { queue.withLock { $0.transactions } }

    var health: StoreHealth { watch.health }

    /// A caller that is cancelled before the write has its turn gets a CancellationError, and nothing ran. From then on
    /// the write is carried out and answered all the same: only so the caller always knows whether it happened.
    /// - Parameter isAlone: it gets a transaction of its own and no savepoint around it, see `Store.writeAlone`.
    func write<T: Sendable>(
        isAlone: Bool = false, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        try Task.checkCancellation()
        if case .failing(let error) = watch.health { throw error }
        let caller = QueuedWrite.Caller()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let write = QueuedWrite(
                    caller: caller, isAlone: isAlone,
                    run: { [watch] db in
                        let outcome = Result { isAlone ? try body(db) : try db.savepoint(body) }
                        guard case .failure(let error) = outcome else {
                            return ({ continuation.resume(with: outcome) }, true)
                        }
                        if watch.fault(error) != nil { throw error }
                        return ({ continuation.resume(with: outcome) }, false)
                    },
                    fail: { continuation.resume(throwing: $0) })
                do {
                    if try queue.withLock({ try $0.add(write) }) { drain() }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            caller.cancel()
        }
    }

    /// One batch per turn on the writer's queue, so that its other users get their turns too.
    private func drain() {
        pool.asyncWriteWithoutTransaction { db in
            self.takeBatch(db)
            if self.queue.withLock({ $0.batchEnded() }) { self.drain() }
        }
    }

    private func takeBatch(_ db: Database) {
        let (batch, cancelled) = queue.withLock { $0.nextBatch() }
        for write in cancelled { write.fail(CancellationError()) }
        guard !batch.isEmpty else { return }
        do {
            // These were in the queue already when the disk failed.
            if case .failing(let error) = watch.health { throw error }
            let answers = try commit(batch, db)
            watch.committed()
            for answer in answers { answer() }
        } catch {
            for write in batch { write.fail(error) }
        }
    }

    private func commit(_ batch: [QueuedWrite], _ db: Database) throws -> [() -> Void] {
        var answers: [() -> Void] = []
        do {
            try db.inTransaction(.immediate) {
                for write in batch {
                    let (answer, isKept) = try write.run(db)
                    answers.append(answer)
                    // Alone, so there is nobody else's work in the transaction.
                    if !isKept, write.isAlone { return .rollback }
                    // SQLite rolls back by itself after some errors, and on ON CONFLICT ROLLBACK. The next savepoint
                    // would then be a transaction of its own, kept although its batch is told that it failed.
                    guard db.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                }
                return .commit
            }
        } catch {
            // Undone already, by SQLite or by GRDB; a COMMIT that failed for the disk is the case this is for.
            if db.isInsideTransaction { try? db.rollback() }
            guard let fault = watch.fault(error) else {
                logger.error("commit failed", metadata: ["error": "\(error)", "storage.writes": "\(batch.count)"])
                throw error
            }
            bury(db)
            watch.failed(fault)
            probe.begin()
            throw fault
        }
        return answers
    }

    /// After a failed fdatasync the system may have dropped the pages and will not say so a second time, so it is never
    /// just repeated. We rely on SQLite: it moves the end of the log, and the mark up to which a checkpoint has gone,
    /// only after a sync that worked, and so writes the frames and pages anew before it syncs again.
    /// What may remain is the transaction's frames behind the end of the log: complete, and found as a commit should the
    /// process end now and recover. The next transaction overwrites them and breaks their chain of checksums, so one is
    /// written at once, before anybody is told that nothing was kept. Where not even that can be written, an end of the
    /// process before the disk works again can bring them back.
    private func bury(_ db: Database) {
        try? DiskProbe.write(db)
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
