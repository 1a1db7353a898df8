package import Logging

/// What an operator wants of a service's backups, and the two things that follow from it: how the store is opened and
/// what runs beside it.
package struct BackupPlan: Sendable {
    package let folder: BackupFolder
    private let interval: Duration?
    private let retention: Retention
    private let appVersion: String

    /// - Parameters:
    ///   - directory: of the whole cluster; the service writes into the folder of its name.
    ///   - interval: nil for none but those that the archived log stands on.
    ///   - retention: a `logKeep` of zero archives no log.
    package init(
        directory: String, service: String, interval: Duration?, retention: Retention, appVersion: String
    ) {
        folder = BackupFolder(path: "\(directory)/\(service)", service: service)
        self.interval = interval
        self.retention = retention
        self.appVersion = appVersion
    }

    /// For `Store.open`; nil when no log is kept.
    package var archive: ArchiveSettings? { retention.logKeep ?? .zero > .zero ? ArchiveSettings(folder: folder) : nil }

    /// Backs up until cancelled.
    /// - Parameter taken: told when the newest backup was taken, at the start and after each.
    package func run(_ store: Store, logger: Logger, taken: @escaping @Sendable (BackupMoment) -> Void) async {
        await BackupSchedule(
            store: store, folder: folder, interval: interval ?? BackupSchedule.intervalDefault, retention: retention,
            appVersion: appVersion, taken: taken, logger: logger
        ).run()
    }
}
