import Dispatch
package import GRDB
package import Logging

/// A service's own SQLite file: opened safely, written in groups, read beside the writer, closed in order.
///
/// One process, one pool, one file: the directory is locked for the life of the store. Reads see a snapshot and never
/// wait for a write. Closures run on SQLite's threads; keep them short (microseconds to a few milliseconds), for a
/// write holds up all others.
package final class Store: Sendable {
    package let outbox: Outbox
    private let pool: DatabasePool
    private let commits: GroupCommit
    private let gate: Gate
    private let lock: DirectoryLock
    private let logger: Logger

    /// Creates the directory if it is missing (mode 0700), locks it, opens `directory/fileName`, migrates it, and makes
    /// sure that what is answered is on disk. Throws `StorageError`; blocks, so call it at start-up only.
    package static func open(
        directory: String, fileName: String, migrator: DatabaseMigrator, durability: Durability = .full, logger: Logger
    ) throws -> Store {
        let lock = try DirectoryLock(directory: directory)
        let file = DatabaseFile(path: "\(directory)/\(fileName)", durability: durability)
        let pool = try file.open(label: fileName, migrator: migrator)
        let signal = OutboxSignal(newest: try pool.read(Outbox.newest))
        pool.add(transactionObserver: signal, extent: .databaseLifetime)
        logger.info("store opened", metadata: ["storage.path": "\(file.path)"])
        return Store(pool: pool, signal: signal, lock: lock, logger: logger)
    }

    private init(pool: DatabasePool, signal: OutboxSignal, lock: DirectoryLock, logger: Logger) {
        let gate = Gate()
        self.outbox = Outbox(gate: gate, pool: pool, signal: signal)
        self.pool = pool
        self.commits = GroupCommit(pool: pool, logger: logger)
        self.gate = gate
        self.lock = lock
        self.logger = logger
    }

    /// Sees all writes that were answered before the call. Throws what the body throws, `StorageError.closed`, or
    /// CancellationError when the caller is cancelled.
    package func read<T: Sendable>(_ body: @Sendable (Database) throws -> T) async throws -> T {
        try await gate.pass { try await pool.read(body) }
    }

    /// Returns after COMMIT. The transaction is shared with up to 63 other writes, each undone alone when it throws.
    /// The body must not end the transaction itself, and must not change `synchronous`. Throws what the body throws,
    /// `StorageError.busy` or `.closed` (nothing ran), or a DatabaseError when COMMIT failed (nothing is kept).
    /// A caller cancelled while it waits gets the outcome all the same.
    package func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await gate.pass { try await commits.write(body) }
    }

    /// Turns new requests away, lets long polls go, waits for the requests under way, checkpoints, and gives the
    /// directory back. A second call returns at once.
    package func close() async throws {
        outbox.signal.close()
        guard await gate.close() else { return }
        defer { lock.release() }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            // Closing waits for the disk, which a thread of the concurrency pool must not do.
            DispatchQueue.global().async { [pool] in
                continuation.resume(with: Result { try Self.close(pool) })
            }
        }
        logger.info("store closed", metadata: ["storage.path": "\(pool.path)"])
    }

    /// Readers first: SQLite checkpoints when the last connection closes, and a read-only one cannot.
    private static func close(_ pool: DatabasePool) throws {
        pool.invalidateReadOnlyConnections()
        try pool.close()
    }
}
