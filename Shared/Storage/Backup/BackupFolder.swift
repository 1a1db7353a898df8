import Foundation

/// Where the backups of one service lie: a directory `SERVICE-INSTANT` for each, the archived log in `wal`, and hidden
/// `.partial-…` for what is being written or removed.
package struct BackupFolder: Sendable, Hashable {
    private static let draftPrefix = ".partial-"

    package let path: String
    package let service: String

    package init(path: String, service: String) {
        self.path = path
        self.service = service
    }

    var logPath: String { path + "/wal" }

    func path(of moment: BackupMoment) -> String { "\(path)/\(service)-\(moment.stamp)" }

    func draftPath(of moment: BackupMoment) -> String { "\(path)/\(Self.draftPrefix)\(service)-\(moment.stamp)" }

    /// When the backups were taken, by their names; newest first. Throws `BackupError.foreign` when there are those of
    /// another service.
    func moments() throws -> [BackupMoment] {
        var moments: [BackupMoment] = []
        for name in try Disk.names(in: path) where !name.hasPrefix(".") {
            if name.hasPrefix(service + "-"), let moment = BackupMoment(stamp: name.dropFirst(service.count + 1)) {
                moments.append(moment)
            } else if Disk.exists("\(path)/\(name)/\(BackupManifest.fileName)") {
                _ = try Backup(path: "\(path)/\(name)", service: service)
            }
        }
        return moments.sorted(by: >)
    }

    /// Whether a backup stands under this generation of the archived log.
    func hasBase(of generation: String) throws -> Bool {
        try moments().contains { (try? backup(of: $0))?.manifest.log?.generation == generation }
    }

    /// The last instant that anything here tells of.
    func newestMoment() throws -> BackupMoment? {
        let ends = try WalGeneration.all(in: self).compactMap(\.end)
        return try (ends + moments().prefix(1)).max()
    }

    /// Throws `BackupError.damaged`, `.foreign` or `.newerFormat`, or `.unusable` when it cannot be read just now.
    package func backup(of moment: BackupMoment) throws -> Backup {
        let backup = try Backup(path: path(of: moment), service: service)
        guard backup.manifest.takenAt == moment else {
            throw BackupError.damaged(path: backup.path, reason: "it says it was taken at \(backup.manifest.takenAt)")
        }
        return backup
    }

    /// Keeps all others out while one backup is written or removed.
    func lock() throws -> DirectoryLock {
        do {
            return try DirectoryLock(directory: path)
        } catch StorageError.directoryInUse(let path) {
            throw BackupError.inUse(path)
        } catch StorageError.unreadable(let path, let reason) {
            throw BackupError.unusable(path: path, reason: reason)
        }
    }

    /// Removes what a killed run left behind. Only under the lock.
    func sweep() throws {
        for name in try Disk.names(in: path) where name.hasPrefix(Self.draftPrefix) {
            try Disk.remove("\(path)/\(name)")
        }
    }

    /// Out of sight first: a backup is there as a whole or not at all. Only under the lock.
    func remove(_ moment: BackupMoment) throws {
        let draft = draftPath(of: moment)
        try Disk.rename(path(of: moment), to: draft)
        try Disk.remove(draft)
    }
}
