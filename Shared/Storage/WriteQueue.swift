import GRDB
import Synchronization

/// A write that waits for its turn.
struct QueuedWrite: Sendable {
    let caller: Caller
    /// Shares its transaction with nobody.
    let isAlone: Bool
    /// Runs the closure; the answer that it returns hands the outcome to the waiter and is called after COMMIT. What is
    /// not kept has failed and told nobody yet. Throws when the outcome is an error that concerns all who share the
    /// transaction.
    let run: @Sendable (Database) throws -> (answer: () -> Void, isKept: Bool)
    /// Called instead when nothing was kept.
    let fail: @Sendable (any Error) -> Void

    /// Who waits, and may give up.
    final class Caller: Sendable {
        private let cancelled = Atomic(false)

        var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
        func cancel() { cancelled.store(true, ordering: .relaxed) }
    }
}

/// Who waits for the writer, and whether somebody works on it.
struct WriteQueue {
    private(set) var waiting: [QueuedWrite] = []
    private(set) var transactions = 0
    private var isDraining = false

    /// Returns true when nobody drains yet.
    mutating func add(_ write: QueuedWrite) throws -> Bool {
        guard waiting.count < GroupCommit.waitingMax else {
            throw StorageError.busy(waitingMax: GroupCommit.waitingMax)
        }
        waiting.append(write)
        defer { isDraining = true }
        return !isDraining
    }

    /// Takes writes until there are enough for a transaction; those whose callers gave up come on top. One that wants to
    /// be alone ends the batch before it, and is a batch by itself.
    mutating func nextBatch() -> (writes: [QueuedWrite], cancelled: [QueuedWrite]) {
        var writes: [QueuedWrite] = []
        var cancelled: [QueuedWrite] = []
        for write in waiting {
            guard writes.count < GroupCommit.batchMax else { break }
            if write.caller.isCancelled {
                cancelled.append(write)
                continue
            }
            guard writes.isEmpty || !write.isAlone else { break }
            writes.append(write)
            if write.isAlone { break }
        }
        waiting.removeFirst(writes.count + cancelled.count)
        if !writes.isEmpty { transactions += 1 }
        return (writes, cancelled)
    }

    /// Returns true when the drain must go on.
    mutating func batchEnded() -> Bool {
        isDraining = !waiting.isEmpty
        return isDraining
    }
}
