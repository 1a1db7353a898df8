import Dispatch
import Foundation
import GRDB
import Synchronization

/// Fixes one state of an open database and has it written as a backup. Blocks its thread, not the writer.
struct BackupSource: Sendable {
    let pool: DatabasePool
    let archive: WalArchive?
    let clock: BackupClock

    func backup(
        to folder: BackupFolder, appVersion: String, taken: @escaping @Sendable (BackupMoment) -> Void,
        progress: @escaping BackupProgress.Report
    ) throws -> Backup {
        let result = Mutex<Result<BackupWriter, any Error>?>(nil)
        let isCopied = DispatchSemaphore(value: 0)
        let newest = try folder.newestMoment()
        snapshot(after: newest) { source, moment, log in
            let copied = Result {
                let writer = try BackupWriter(
                    folder: folder, databaseName: (pool.path as NSString).lastPathComponent, appVersion: appVersion,
                    takenAt: moment, log: log, progress: progress)
                do {
                    taken(moment)
                    try writer.copy(source.get())
                    return writer
                } catch {
                    writer.abandon()
                    throw error
                }
            }
            result.withLock { $0 = copied }
            isCopied.signal()
        }
        isCopied.wait()
        // The read transaction is over now, so that the log can be checkpointed while the rest is done.
        guard let writer = try result.withLock({ try $0?.get() }) else { throw CancellationError() }
        do {
            let backup = try writer.finish()
            if let log = backup.manifest.log { archive?.based(on: log) }
            return backup
        } catch {
            writer.abandon()
            throw error
        }
    }

    private func snapshot(
        after newest: BackupMoment?,
        _ body: @escaping @Sendable (Result<Database, any Error>, BackupMoment, BackupManifest.LogPosition?) -> Void
    ) {
        if let archive { return archive.snapshot(body) }
        pool.writeWithoutTransaction { _ in
            var clock = RisingClock(self.clock, after: newest)
            let moment = clock.next()
            pool.spawnConcurrentRead { body($0, moment, nil) }
        }
    }
}
