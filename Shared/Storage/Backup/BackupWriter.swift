import Foundation
import GRDB

/// Writes one backup into a folder: copy, check, compress, sync, and only then give it its name.
///
///     .partial-deals-INSTANT/          hidden, swept by the next run when this one is killed
///         copy                         the database as it stood, read in one transaction
///         deals.sqlite.gz, manifest.json
///     deals-INSTANT/                   the same directory, renamed when all in it is on disk
///
/// Blocks its thread. One at a time per folder.
struct BackupWriter {
    private static let stepBytes = 8 * 1024 * 1024
    /// Left to others on the same disk.
    static let reserveBytes: Int64 = 8 * 1024 * 1024

    let folder: BackupFolder
    let databaseName: String
    let appVersion: String
    private let draft: String
    private let takenAt: BackupMoment
    private let log: BackupManifest.LogPosition?
    private let lock: DirectoryLock
    private let report: BackupProgress.Report

    private var copyPath: String { draft + "/copy" }

    /// Takes the folder and sweeps it. Throws `BackupError.inUse` or `.unusable`.
    init(
        folder: BackupFolder, databaseName: String, appVersion: String, takenAt: BackupMoment,
        log: BackupManifest.LogPosition? = nil, progress: @escaping BackupProgress.Report
    ) throws {
        self.folder = folder
        self.databaseName = databaseName
        self.appVersion = appVersion
        self.takenAt = takenAt
        self.log = log
        report = progress
        lock = try folder.lock()
        try folder.sweep()
        draft = folder.draftPath(of: takenAt)
        try Disk.makeDirectory(draft)
    }

    /// Copies what the open read transaction of `source` sees; writes meanwhile do not disturb it.
    func copy(_ source: Database) throws {
        do {
            try checkRoom(for: source)
            let target = try DatabaseQueue(path: copyPath)
            let pageSize = try Int.fetchOne(source, sql: "PRAGMA page_size") ?? 4096
            try target.writeWithoutTransaction { db in
                // What counts is synced later; this copy goes again.
                try db.execute(sql: "PRAGMA synchronous = OFF")
                try source.backup(to: db, pagesPerStep: CInt(max(1, Self.stepBytes / pageSize))) { progress in
                    let pages = progress.totalPageCount - progress.remainingPageCount
                    try report(
                        BackupProgress(
                            .copying, done: Int64(pages * pageSize), of: Int64(progress.totalPageCount * pageSize)))
                }
            }
            try target.close()
        } catch let error as DatabaseError {
            throw BackupError.unusable(path: copyPath, reason: error.message ?? "\(error.resultCode)")
        }
    }

    /// The copy and, at worst, as much again compressed: a full disk would stop the store itself.
    private func checkRoom(for source: Database) throws {
        let pages = try Int64.fetchOne(source, sql: "PRAGMA page_count") ?? 0
        let pageSize = try Int64.fetchOne(source, sql: "PRAGMA page_size") ?? 4096
        let needed = 2 * pages * pageSize + Self.reserveBytes
        guard let free = Disk.freeBytes(at: draft), free < needed else { return }
        throw BackupError.unusable(
            path: folder.path, reason: "a backup needs \(needed >> 20) MiB there, and \(free >> 20) MiB are free")
    }

    /// Everything after the copy.
    func finish() throws -> Backup {
        try report(BackupProgress(.checking, done: 0, of: 0))
        let contents = try DatabaseContents.checked(copyPath, of: folder.path(of: takenAt))
        let (plain, gzip) = try compress()
        try Disk.remove(copyPath)
        let manifest = BackupManifest(
            service: folder.service, databaseName: databaseName, appVersion: appVersion, takenAt: takenAt,
            contents: contents, database: plain, gzip: gzip, log: log)
        try Disk.write(manifest.encoded(), to: "\(draft)/\(BackupManifest.fileName)")
        let path = folder.path(of: takenAt)
        try Disk.rename(draft, to: path)
        lock.release()
        return Backup(path: path, manifest: manifest)
    }

    /// After a failure: leaves nothing behind.
    func abandon() {
        try? Disk.remove(draft)  // the next run sweeps what cannot be removed now
        lock.release()
    }

    private func compress() throws -> (plain: FileDigest, gzip: FileDigest) {
        let source = try InputFile(copyPath)
        let size = try source.size()
        let target = try OutputFile(creating: "\(draft)/\(databaseName).gz")
        let digests = try Gzip.compress(source, [0..<size], into: target) { done in
            try report(BackupProgress(.compressing, done: done, of: size))
        }
        try target.sync()
        return digests
    }
}
