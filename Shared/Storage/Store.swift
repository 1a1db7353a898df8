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
    /// nil unless the store was opened with one.
    package let archive: WalArchive?
    private let pool: DatabasePool
    private let shortReads: ShortReads
    private let commits: GroupCommit
    private let gate: Gate
    private let lock: DirectoryLock
    private let logger: Logger

    /// Creates the directory if it is missing (mode 0700), locks it, opens `directory/fileName`, migrates it, and makes
    /// sure that what is answered is on disk. Throws `StorageError`; blocks, so call it at start-up only.
    /// - Parameters:
    ///   - archive: where the log goes; somebody must then run its `BackupPlan`, or the log only grows.
    ///   - check: looks at a file that an earlier run left, before anything is written to it; what it throws stops the start.
    package static func open(
        directory: String, fileName: String, migrator: DatabaseMigrator, durability: Durability = .full,
        archive: ArchiveSettings? = nil, check: ((Database) throws -> Void)? = nil, logger: Logger
    ) throws -> Store {
        let lock = try DirectoryLock(directory: directory)
        var file = DatabaseFile(path: "\(directory)/\(fileName)", durability: durability)
        if let check { try file.inspect(label: fileName, migrator: migrator, check) }
        let resumption = ArchiveResumption(database: file.path)
        if archive != nil { file.checkpointPages = 0 } else { try ArchiveMark.remove(of: file.path) }
        let pool = try file.open(label: fileName, migrator: migrator)
        let signal = OutboxSignal(newest: try pool.read(Outbox.newest))
        pool.add(transactionObserver: signal, extent: .databaseLifetime)
        logger.info("store opened", metadata: ["storage.path": "\(file.path)"])
        let shortReads = try file.openShortReads(label: fileName)
        return Store(
            pool: pool, shortReads: shortReads, signal: signal, archive: archive, resumption: resumption, lock: lock,
            logger: logger)
    }

    private init(
        pool: DatabasePool, shortReads: ShortReads, signal: OutboxSignal, archive: ArchiveSettings?,
        resumption: ArchiveResumption, lock: DirectoryLock, logger: Logger
    ) {
        let gate = Gate()
        let commits = GroupCommit(pool: pool, gate: gate, logger: logger)
        self.outbox = Outbox(gate: gate, pool: pool, signal: signal, commits: commits)
        self.pool = pool
        self.shortReads = shortReads
        self.commits = commits
        self.archive = archive.map {
            WalArchive($0, pool: pool, resumption: resumption, logger: logger) { commits.health == .writable }
        }
        self.gate = gate
        self.lock = lock
        self.logger = logger
    }

    /// Sees all writes that were answered before the call. Throws what the body throws, `StorageError.closed`, or
    /// CancellationError when the caller is cancelled.
    package func read<T: Sendable>(_ body: @Sendable (Database) throws -> T) async throws -> T {
        try await gate.pass { try await pool.read(body) }
    }

    /// As `read`, but for look-ups by key, of some ten microseconds: they run on the caller's thread, which may be an event
    /// loop, and cost no change of threads. Each statement sees its own snapshot, and all writes that were answered before.
    package func lookUp<T: Sendable>(_ body: @Sendable (Database) throws -> T) async throws -> T {
        try await gate.pass {
            if let found = try shortReads.read(body) { return found }
            return try await pool.read(body)
        }
    }

    /// Returns after COMMIT. The transaction is shared with up to 63 other writes, each undone alone when it throws.
    /// The body must not end the transaction itself, and must not change `synchronous`. Throws what the body throws,
    /// `StorageError.busy` or `.closed` (nothing ran), `.diskFull` or `.diskFailed` (nothing is kept), or a DatabaseError
    /// when COMMIT failed otherwise (nothing is kept). A caller cancelled before the turn of its write gets a
    /// CancellationError and nothing ran; later it gets the outcome all the same.
    package func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await gate.pass { try await commits.write(body) }
    }

    /// As `write`, for long work: in a transaction that it shares with nobody, so that what many small writes would wait for
    /// is this one alone, and not one savepoint around all that it does. Inside a savepoint SQLite keeps the first state of
    /// every page that is changed, and walks that list with every statement that has triggers: **measured** (`perf`), an import
    /// of CSV spent 45 % of its time on that walk.
    package func writeAlone<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await gate.pass { try await commits.write(isAlone: true, body) }
    }

    /// Whether writes are taken; after a failure of the disk a test write each second finds out when they are again.
    package var health: StoreHealth { commits.health }

    package var isWritable: Bool { health == .writable }

    /// Takes a backup of what is committed now, beside all reads and writes. See `BackupWriter` for what is left where.
    /// - Parameters:
    ///   - isBase: false when it goes elsewhere, so that the archived log does not build upon it.
    ///   - taken: called with the moment that the backup will show, as soon as it is fixed and long before
    ///     the backup is finished, so that several stores can be caught at one moment.
    ///
    /// Throws `BackupError`, `StorageError.closed`, what `progress` throws, or CancellationError; nothing is left then.
    package func backup(
        to folder: BackupFolder, appVersion: String, isBase: Bool = true, clock: @escaping BackupClock = { .now },
        taken: @escaping @Sendable (BackupMoment) -> Void = { _ in },
        progress: @escaping BackupProgress.Report = { _ in }
    ) async throws -> Backup {
        let source = BackupSource(pool: pool, archive: isBase ? archive : nil, clock: clock)
        return try await gate.pass {
            try await offload { cancelled in
                try source.backup(to: folder, appVersion: appVersion, taken: taken) { state in
                    try cancelled.check()
                    try progress(state)
                }
            }
        }
    }

    /// Writes the whole file anew and empties its log, so that neither holds anything that was deleted or replaced. Needs as
    /// much room again as the file takes, and holds up all writes: for start-up, while nobody reads. An archived log ends and
    /// goes on as a new generation, which wants a backup to stand on.
    ///
    /// Throws `StorageError` or `BackupError`.
    package func scrub() async throws {
        try await gate.pass { [pool, archive] in
            try await offload { _ in
                do {
                    try archive?.giveUp()
                    try pool.vacuum()
                    _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                } catch let error as DatabaseError {
                    throw StorageError(error, of: pool.path)
                }
            }
        }
    }

    /// Turns new requests away, lets long polls go, waits for the requests under way, archives what is left of the log,
    /// checkpoints, and gives the directory back. A second call returns at once.
    package func close() async throws {
        outbox.signal.close()
        guard await gate.close() else { return }
        defer { lock.release() }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            // Closing waits for the disk, which a thread of the concurrency pool must not do.
            DispatchQueue.global().async { [pool, shortReads, archive] in
                archive?.close()
                continuation.resume(
                    with: Result {
                        try shortReads.close()
                        try Self.close(pool)
                        archive?.seal()
                    })
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
