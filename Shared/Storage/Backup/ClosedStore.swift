import Foundation
import GRDB

/// A store that no process has open, for tools that look after stopped services.
package struct ClosedStore: Sendable {
    private let directory: String
    private let fileName: String

    package init(directory: String, fileName: String) {
        self.directory = directory
        self.fileName = fileName
    }

    package var exists: Bool { Disk.exists("\(directory)/\(fileName)") }

    /// Keeps every service out meanwhile; a log that a killed one left behind is taken in. Blocks.
    /// Throws `StorageError.directoryInUse`, `.unreadable`, or `BackupError`.
    package func backup(
        to folder: BackupFolder, appVersion: String, clock: BackupClock = { .now },
        progress: @escaping BackupProgress.Report = { _ in }
    ) throws -> Backup {
        let lock = try DirectoryLock(directory: directory)
        defer { lock.release() }
        guard exists else {
            throw StorageError.unreadable(path: "\(directory)/\(fileName)", reason: "no such file")
        }
        let writer = try BackupWriter(
            folder: folder, databaseName: fileName, appVersion: appVersion, takenAt: clock(), progress: progress)
        do {
            try copy(with: writer)
            return try writer.finish()
        } catch {
            writer.abandon()
            throw error
        }
    }

    private func copy(with writer: BackupWriter) throws {
        let path = "\(directory)/\(fileName)"
        do {
            let queue = try DatabaseQueue(path: path)
            try queue.read(writer.copy)
            try queue.close()
        } catch let error as DatabaseError {
            throw StorageError(error, of: path)
        }
    }
}
