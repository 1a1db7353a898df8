import Dispatch
import Foundation
import GRDB
import Logging
import Synchronization

/// Copies a store's write-ahead log into a folder, second by second, so that any of these seconds can be restored.
///
/// SQLite no longer checkpoints by itself then; the archive does it, on the writer's turn and only when every frame is
/// durable in the folder. When the folder fails, the store serves on and its log grows, up to `logBytesMax`; after that
/// the chain is given up, the log is checkpointed, and a new generation begins, which needs a new backup to stand on.
/// Call `ship` about once a second. All work runs on one queue, so callers need no order among themselves.
package final class WalArchive: Sendable {
    private static let catchUpTriesMax = 3
    private static let callsPerTry = 10
    private static let longLogFactor: Int64 = 8

    private let queue = DispatchQueue(label: "storage.archive")
    private let folder: BackupFolder
    private let limits: ArchiveSettings.Limits
    private let logger: Logger
    private let pool: DatabasePool
    private let isWritable: @Sendable () -> Bool
    private let published = Mutex(ArchiveStatus())
    // Guarded by `queue`: read and written by closures that run on it, and by the writer's turn while they wait for it.
    nonisolated(unsafe) private var chain: ArchiveChain?
    nonisolated(unsafe) private var clock: RisingClock
    nonisolated(unsafe) private var isClosed = false
    nonisolated(unsafe) private var callsSinceFailure = 0
    /// nil once it was asked.
    nonisolated(unsafe) private var resumption: ArchiveResumption?

    /// - Parameter resumption: as it was before the pool opened the database.
    /// - Parameter isWritable: false from a failure of the disk until a later commit; meanwhile complete frames that are no
    ///   commit may stand behind the end of the log, and nothing here could tell.
    init(
        _ settings: ArchiveSettings, pool: DatabasePool, resumption: ArchiveResumption? = nil, logger: Logger,
        isWritable: @escaping @Sendable () -> Bool = { true }
    ) {
        folder = settings.folder
        limits = settings.limits
        clock = RisingClock(settings.clock)
        self.pool = pool
        self.resumption = resumption
        self.isWritable = isWritable
        self.logger = logger
    }

    package var status: ArchiveStatus { published.withLock { $0 } }

    /// Archives what was committed since the last call, and checkpoints when the log is long. Does not throw: failures
    /// are logged when they begin and show in `status` until they end.
    package func ship() async {
        await withCheckedContinuation { continuation in
            queue.async {
                if !self.isClosed, self.isWorthATry() { self.attempt() }
                continuation.resume()
            }
        }
    }

    /// Ships the rest; nothing is archived afterwards. For a store that takes no more writes. Blocks.
    func close() {
        queue.sync {
            guard !isClosed else { return }
            attempt()
            isClosed = true
            guard let chain, status.error == nil else { return }
            do { try chain.generation.noteQuiet(until: chain.quietUntil, isLast: true) } catch { failed(error) }
        }
    }

    /// After the database was closed in good order: the next run goes on where this one ended. Blocks.
    func seal() {
        queue.sync {
            guard isClosed, status.error == nil, let chain, let database = FileStamp(pool.path) else { return }
            let closed = ArchiveMark.Closed(database: database, sequence: chain.sequence)
            do {
                try ArchiveMark(generation: chain.generation.name, begin: nil, closed: closed).write(of: pool.path)
            } catch { failed(error) }
        }
    }

    /// Runs `body` in a read transaction on the state up to which the log is archived, and hands it the place of that.
    /// While the archive fails the place is nil. Blocks until the transaction stands; `body` runs on a reader.
    func snapshot(
        _ body: @escaping @Sendable (Result<Database, any Error>, BackupMoment, BackupManifest.LogPosition?) -> Void
    ) {
        queue.sync {
            if !isClosed { attempt() }
            pool.writeWithoutTransaction { db in
                if !isClosed && status.error == nil {
                    do { try shipHeld(db) } catch { failed(error) }
                }
                let position = status.error == nil ? chain?.position : nil
                let moment = clock.next()
                if position != nil { chain?.isQuiet(until: moment) }
                pool.spawnConcurrentRead { body($0, moment, position) }
            }
        }
    }

    /// A backup at this place is finished, so this generation can be restored from there on.
    func based(on position: BackupManifest.LogPosition) {
        published.withLock { $0.based(on: position.generation) }
    }

    /// Nothing goes on from what was archived so far; a new generation begins with the next call of `ship`. To be called
    /// before somebody else checkpoints. Blocks.
    func giveUp() throws {
        try queue.sync {
            chain = nil
            resumption = nil
            published.withLock { $0.giveUp() }
            try ArchiveMark.remove(of: pool.path)
        }
    }

    // MARK: On the queue

    private func isWorthATry() -> Bool {
        guard status.error != nil, (FileStamp(logPath)?.size ?? 0) > limits.failingLogBytesMax else { return true }
        callsSinceFailure += 1
        guard callsSinceFailure >= Self.callsPerTry else { return false }
        callsSinceFailure = 0
        return true
    }

    private func attempt() {
        do {
            try begin()
            for _ in 0..<Self.catchUpTriesMax where try !shipFree() { break }
            try checkpoint()
            succeeded()
        } catch {
            failed(error)
            giveUpWhenTooLong(after: error)
        }
    }

    private func begin() throws {
        // A folder that was emptied cannot be continued, even if it can be written to.
        if let chain, !Disk.exists(chain.generation.path) { self.chain = nil }
        guard chain == nil else { return }
        try passAllBefore()
        if try resume() { return }
        let generation = try WalGeneration.create(in: folder, at: clock.next())
        let new = try pool.writeWithoutTransaction { _ in
            let scan = try WalScan(logPath, after: nil)
            return ArchiveChain(generation: generation, cursor: scan.cursor, now: clock.next())
        }
        try ArchiveMark(generation: generation.name, begin: new.cursor?.record).write(of: pool.path)
        chain = new
        published.withLock { $0.begin(generation.name, hasBase: false) }
        logger.info("log archive started", metadata: ["storage.archive": "\(generation.path)"])
    }

    /// Goes on with what the run before has archived, once at most: what this run loses is not to be found again.
    private func resume() throws -> Bool {
        guard let resumption else { return false }
        let found = try pool.writeWithoutTransaction { _ in
            try resumption.chain(in: folder, log: logPath, now: clock.next())
        }
        self.resumption = nil
        guard let found else { return false }
        let begin = found.sequence == 0 ? found.cursor?.record : nil
        try ArchiveMark(generation: found.generation.name, begin: begin).write(of: pool.path)
        chain = found
        let hasBase = try folder.hasBase(of: found.generation.name)
        published.withLock { $0.begin(found.generation.name, hasBase: hasBase) }
        logger.info("log archive goes on", metadata: ["storage.archive": "\(found.generation.path)"])
        return true
    }

    /// What is newest goes by its moment, so a clock that was set back must not put this run before an earlier one.
    private func passAllBefore() throws {
        guard let newest = try folder.newestMoment(), clock.pass(newest) else { return }
        logger.warning(
            "the clock is behind the newest backup; moments go on from there",
            metadata: ["storage.archive": "\(folder.logPath)", "backup.newest": "\(newest)"])
    }

    /// Looks on the writer's turn, copies off it. Returns whether there was much, so that there may be more already.
    private func shipFree() throws -> Bool {
        let look = try pool.writeWithoutTransaction(look)
        try take(look)
        return look.scan.range.count > limits.heldBytesMax
    }

    /// On the writer's turn: afterwards everything committed is archived.
    private func shipHeld(_ db: Database) throws { try take(look(db)) }

    private func look(_ db: Database) throws -> ArchiveChain.Look {
        guard isWritable() else {
            throw BackupError.unusable(path: logPath, reason: "the store's disk takes no writes")
        }
        return try ArchiveChain.Look(at: logPath, after: chain?.cursor, in: db, moment: clock.next())
    }

    private func take(_ look: ArchiveChain.Look) throws {
        // A copy, because exclusive access to the property must not last as long as the disk takes.
        guard var next = chain else { return }
        try next.take(look, from: logPath, service: folder.service, quietNote: limits.quietNote)
        chain = next
        published.withLock { $0.completeAt = look.moment }
    }

    private func checkpoint() throws {
        guard let chain, chain.wantsCheckpoint(above: limits.checkpointBytes) else { return }
        let isLong = chain.wantsCheckpoint(above: limits.checkpointBytes * Self.longLogFactor)
        try pool.writeWithoutTransaction { db in
            try shipHeld(db)
            if try db.checkpointAll(waitingForReaders: isLong) { self.chain?.checkpointedAll() }
        }
    }

    private func giveUpWhenTooLong(after error: any Error) {
        if case BackupError.brokenLog = error { chain = nil }
        let length = (try? InputFile(logPath).size()) ?? 0
        guard length > (chain == nil ? limits.checkpointBytes : limits.logBytesMax) else { return }
        if let chain {
            logger.error(
                "log archive given up until the folder works again",
                metadata: ["storage.archive": "\(chain.generation.path)", "storage.log_bytes": "\(length)"])
        }
        chain = nil
        published.withLock { $0.giveUp() }
        do {
            // First: what is checkpointed now is not archived.
            try ArchiveMark.remove(of: pool.path)
            try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.passive) }
        } catch {
            logger.error("checkpoint failed", metadata: ["error": "\(error)"])
        }
    }

    private func succeeded() {
        guard published.withLock({ $0.succeeded() }) else { return }
        logger.info("log archive works again", metadata: ["storage.archive": "\(folder.logPath)"])
    }

    private func failed(_ error: any Error) {
        guard published.withLock({ $0.failed("\(error)") }) else { return }
        logger.error("log archive failed", metadata: ["error": "\(error)", "storage.archive": "\(folder.logPath)"])
    }

    private var logPath: String { pool.path + "-wal" }
}
