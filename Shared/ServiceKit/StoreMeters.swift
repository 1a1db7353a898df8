import Metrics
import Storage

/// What an operator's alerts watch of one store. Instants are seconds since 1970, so that an alert is `time() - metric`.
struct StoreMeters: Sendable {
    private static let period = Duration.seconds(1)

    private let isWritable = Meter(label: "ibp_store_writable")
    private let backupTaken = Meter(label: "ibp_backup_taken_timestamp_seconds")
    private let archivedUntil = Meter(label: "ibp_log_archived_timestamp_seconds")
    private let archiveFails = Meter(label: "ibp_log_archive_failing")
    private let hasBase = Meter(label: "ibp_log_archive_restorable")

    /// Until cancelled.
    func watch(_ store: Store) async {
        while !Task.isCancelled {
            look(at: store)
            try? await Task.sleep(for: Self.period)  // throws only when cancelled, which ends the loop
        }
    }

    func look(at store: Store) {
        isWritable.set(store.isWritable ? 1 : 0)
        guard let archive = store.archive?.status else { return }
        if let completeAt = archive.completeAt { archivedUntil.set(completeAt.seconds) }
        archiveFails.set(archive.error == nil ? 0 : 1)
        hasBase.set(archive.hasBase ? 1 : 0)
    }

    func took(_ backup: BackupMoment) { backupTaken.set(backup.seconds) }
}

extension BackupMoment {
    fileprivate var seconds: Double { Double(milliseconds) / 1000 }
}
