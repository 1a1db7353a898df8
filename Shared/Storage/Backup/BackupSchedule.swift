import Foundation
import Logging

/// Backs a store up for as long as its service runs: ships the log every second, if it is archived, and takes a backup
/// soon after the start and then once per interval, each followed by the removal of what is too old.
struct BackupSchedule: Sendable {
    static let intervalDefault = Duration.seconds(86_400)
    /// How soon after a failure the next try is made.
    private static let retryAfter = Duration.seconds(60)
    private static let tick = Duration.seconds(1)
    /// Each start of a service wants a base for its archived log; one that starts again and again must not fill the disk.
    static let basesPerHourMax = 6

    private let store: Store
    private let folder: BackupFolder
    private let interval: Duration
    private let retention: Retention
    private let appVersion: String
    private let clock: BackupClock
    private let taken: @Sendable (BackupMoment) -> Void
    private let logger: Logger

    /// - Parameter taken: told of the newest backup, at the start and after each.
    init(
        store: Store, folder: BackupFolder, interval: Duration = intervalDefault, retention: Retention = Retention(),
        appVersion: String, clock: @escaping BackupClock = { .now },
        taken: @escaping @Sendable (BackupMoment) -> Void = { _ in }, logger: Logger
    ) {
        self.store = store
        self.folder = folder
        self.interval = interval
        self.retention = retention
        self.appVersion = appVersion
        self.clock = clock
        self.taken = taken
        self.logger = logger
    }

    /// Until cancelled. Failures are logged and do not end it.
    func run() async {
        await withTaskGroup { group in
            if let archive = store.archive {
                group.addTask { await everySecond { await archive.ship() } }
            }
            group.addTask {
                // A restart alone is no reason for another one.
                let last = try? folder.moments().first
                if let last { taken(last) }
                var due = BackupDue(interval: interval, retryAfter: Self.retryAfter, last: last)
                await everySecond { await backupIfDue(&due) }
            }
        }
    }

    /// One look at the clock. A generation of the log that stands on no backup wants one before the interval is over.
    func backupIfDue(_ due: inout BackupDue) async {
        let status = store.archive?.status
        let now = clock()
        let lacksBase =
            status.map { $0.generation != nil && !$0.hasBase && $0.error == nil } ?? false && mayTakeBase(now)
        guard due.isDue(at: now, lacksBase: lacksBase) else { return }
        do {
            let backup = try await store.backup(to: folder, appVersion: appVersion, clock: clock)
            due.succeeded(at: now)
            taken(backup.manifest.takenAt)
            logger.info("backup taken", metadata: metadata(of: backup, since: now))
            let current = store.archive?.status.generation
            let removed = try await offload { _ in
                try folder.prune(retention, now: clock(), current: current)
            }
            if removed > 0 { logger.info("old backups removed", metadata: ["backup.count": "\(removed)"]) }
        } catch is CancellationError {
            return
        } catch StorageError.closed {
            return
        } catch {
            due.failed(at: now)
            logger.error("backup failed", metadata: ["error": "\(error)", "backup.folder": "\(folder.path)"])
        }
    }

    private func mayTakeBase(_ now: BackupMoment) -> Bool {
        let hour = now.adding(.seconds(-3600))
        return ((try? folder.moments()) ?? []).prefix { $0 > hour }.count < Self.basesPerHourMax
    }

    private func metadata(of backup: Backup, since start: BackupMoment) -> Logger.Metadata {
        [
            "backup.path": "\(backup.path)", "backup.bytes": "\(backup.manifest.database.bytes)",
            "backup.gzip_bytes": "\(backup.manifest.gzip.bytes)",
            "backup.seconds": "\(Double(clock().milliseconds - start.milliseconds) / 1000)",
        ]
    }

    private func everySecond(_ body: () async -> Void) async {
        while !Task.isCancelled {
            await body()
            try? await Task.sleep(for: Self.tick)  // throws only when cancelled, which ends the loop
        }
    }
}
