/// Where a store archives its log, and within which bounds.
package struct ArchiveSettings: Sendable {
    package var folder: BackupFolder
    package var limits: WalArchive.Limits
    package var clock: BackupClock

    package init(folder: BackupFolder, limits: WalArchive.Limits = .init(), clock: @escaping BackupClock = { .now }) {
        self.folder = folder
        self.limits = limits
        self.clock = clock
    }
}

/// How the archive of a log is doing: for readiness and metrics.
package struct ArchiveStatus: Sendable, Hashable {
    /// All that was committed up to this instant can be restored (from a backup in the same generation on).
    package internal(set) var completeAt: BackupMoment?
    /// Whether a finished backup stands under the generation that is being written.
    package internal(set) var hasBase = false
    package internal(set) var generation: String?
    /// Why the last attempt failed; nil when it did not.
    package internal(set) var error: String?

    /// How much would be lost now; nil when nothing was archived yet.
    package func lagSeconds(at now: BackupMoment) -> Double? {
        completeAt.map { Double(max(0, now.milliseconds - $0.milliseconds)) / 1000 }
    }

    mutating func begin(_ name: String) {
        generation = name
        hasBase = false
    }
}
