package import Storage

/// Where a service writes its backups, how often, and how long they are kept.
package struct BackupSettings: Sendable, Hashable {
    /// Of the whole cluster; every service makes its own folder in it.
    package var directory: String
    /// nil when only the archived log asks for backups.
    package var interval: Duration?
    package var keep: Duration
    /// How far back every second can be restored; zero archives no log.
    package var logKeep: Duration

    package func plan(of service: String) -> BackupPlan {
        BackupPlan(
            directory: directory, service: service, interval: interval,
            retention: Retention(keep: keep, logKeep: logKeep), appVersion: ProcessKit.version)
    }

    private static let day = Duration.seconds(86_400)

    /// nil when `IBP_BACKUP_DIR` is not set; the other three want it.
    package static func read(_ reader: inout SettingsReader) throws -> BackupSettings? {
        let directory = try reader.optionalString(
            "backup.dir", "directory of the cluster's backups; this service writes into its own folder there")
        let interval = try reader.optionalDuration(
            "backup.interval", in: .seconds(60)...day * 31, "how often a full backup is taken")
        let keep = try reader.optionalDuration("backup.keep", in: day...day * 3650, "how long full backups are kept")
        let logKeep = try reader.optionalDuration(
            "backup.pitr.keep", in: .zero...day * 365,
            "how far back any second can be restored; 0s archives no log")
        guard let directory else {
            guard interval == nil, keep == nil, logKeep == nil else {
                throw SettingsError("IBP_BACKUP_DIR is not set, but other IBP_BACKUP_ settings are; they want it")
            }
            return nil
        }
        guard interval != nil || logKeep != .zero else {
            throw SettingsError("IBP_BACKUP_PITR_KEEP is 0s and IBP_BACKUP_INTERVAL is not set: nothing is backed up")
        }
        return BackupSettings(
            directory: directory, interval: interval, keep: keep ?? day * 30, logKeep: logKeep ?? day * 7)
    }
}
