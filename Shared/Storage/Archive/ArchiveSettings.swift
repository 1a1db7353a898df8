/// Where a store archives its log, and within which bounds.
package struct ArchiveSettings: Sendable {
    package var folder: BackupFolder
    package var limits: Limits
    package var clock: BackupClock

    package init(folder: BackupFolder, limits: Limits = .init(), clock: @escaping BackupClock = { .now }) {
        self.folder = folder
        self.limits = limits
        self.clock = clock
    }

    package struct Limits: Sendable {
        /// The log is checkpointed when it is longer than that.
        package var checkpointBytes: Int64 = 4 * 1024 * 1024
        /// How long the log may grow while the folder fails.
        package var logBytesMax: Int64 = 1024 * 1024 * 1024
        /// What may be compressed and synced while writers wait, before a checkpoint or for a backup.
        package var heldBytesMax: Int64 = 256 * 1024
        /// A folder that fails is tried at each call while the log is no longer than this, and at every tenth then: a try
        /// reads the log from where the archive ends, and writers wait.
        package var failingLogBytesMax: Int64 = 16 * 1024 * 1024
        /// How often a quiet store says so.
        package var quietNote: Duration = .seconds(1)

        package init() {}
    }
}
