import Foundation

/// What of a folder gives the state of a service at one moment: a backup, and as much of the archived log as it takes.
package struct Restoration: Sendable {
    package let backup: Backup
    /// The state that it gives: the moment asked for, or the newest that is known.
    package private(set) var moment: BackupMoment
    private var chain: LogChain?
    private let folder: BackupFolder

    /// The newest state at or before the moment, or of all. Where the log is archived that is the exact state at the
    /// moment; otherwise it is that of the newest backup before it. Reads no data yet.
    /// Throws `BackupError.nothing`, `.gap`, or what is wrong with a backup that is needed.
    package init(from folder: BackupFolder, at moment: BackupMoment? = nil) throws {
        let moments = try folder.moments()
        let candidates = moments.filter { $0 <= moment ?? $0 }
        // One that cannot be read is met below, if it is needed.
        let positions = moments.compactMap { try? folder.backup(of: $0).manifest.log }
        var alone: Restoration?
        var failure: (any Error)?
        var brokenChain: BackupError?
        for candidate in candidates {
            do {
                let found = try Restoration(from: folder, base: candidate, at: moment, positions)
                guard found.chain == nil, candidate != moment else {
                    self = [alone, found].compactMap(\.self).max { $0.moment < $1.moment } ?? found
                    return
                }
                // The log of an older one may reach over it.
                if candidate == candidates.first { alone = found }
            } catch {
                failure = failure ?? error
                if (try? folder.backup(of: candidate))?.manifest.log != nil {
                    brokenChain = brokenChain ?? error as? BackupError
                }
                // Without a moment the newest backup is meant, not another one that happens to be good.
                guard moment != nil else { break }
            }
        }
        guard let alone else { throw failure ?? BackupError.nothing(directory: folder.path, at: moment) }
        // A log that may reach further than this backup is not passed over in silence.
        if let brokenChain, brokenChain.mayConcern(after: alone.moment) { throw brokenChain }
        self = alone
    }

    /// - Parameter positions: of all bases of the folder.
    private init(
        from folder: BackupFolder, base: BackupMoment, at moment: BackupMoment?,
        _ positions: [BackupManifest.LogPosition]
    ) throws {
        self.folder = folder
        backup = try folder.backup(of: base)
        guard let log = backup.manifest.log, moment != base, try !folder.hasPruned(log, positions) else {
            chain = nil
            self.moment = base
            return
        }
        let chain = try LogChain(after: backup, at: moment, in: folder)
        self.chain = chain
        self.moment = moment ?? chain.knownUntil
    }

    /// How far the result stands in the streams of events.
    package var events: EventPositions { chain?.segments.last?.events ?? backup.manifest.contents.events }

    /// Each service's log is cut at its own instants, up to a second apart, so a consumer may have read at the moment
    /// what its source is known to have written a second later. Going back by that little costs nothing: the consumer
    /// reads it again. What does not fit within `LogChain.granularity`, or for other reasons, stays as it is.
    package mutating func fit(to newest: [String: Int64]) {
        guard var shorter = chain, !events.sourcesBehind(newest).isEmpty else { return }
        let taken = backup.manifest.takenAt
        guard backup.manifest.contents.events.sourcesBehind(newest).isEmpty,
            let earlier = shorter.stepBack(to: newest, from: moment, atMost: LogChain.granularity, taken: taken)
        else { return }
        chain = shorter
        moment = earlier
    }

    package var segmentCount: Int { chain?.segments.count ?? 0 }

    /// Uncompressed bytes that have to be read.
    package var bytes: Int64 { backup.manifest.database.bytes + (chain?.bytes ?? 0) }

    /// Whether the row counts of the backup are those of the result.
    package var isBackupAlone: Bool { segmentCount == 0 }

    /// Puts the database into a directory that is new or empty (mode 0700), checked and synced, and returns what it
    /// holds. Throws `BackupError.notEmpty` or `.damaged`; then no database is left there.
    package func restore(into directory: String, progress: BackupProgress.Report = { _ in }) throws -> DatabaseContents
    {
        try checkEmpty(directory)
        try Disk.makeDirectory(directory)
        let lock = try DirectoryLock(directory: directory)
        defer { lock.release() }
        let draft = "\(directory)/\(draftName)"
        do {
            for name in draftNames { try Disk.remove("\(directory)/\(name)") }
            try checkRoom(in: directory)
            try backup.expand(to: draft, progress: progress)
            let contents = try contents(of: draft, progress: progress)
            try OutputFile(existing: draft).sync()
            try Disk.rename(draft, to: "\(directory)/\(backup.manifest.databaseName)")
            try Disk.syncDirectory((directory as NSString).deletingLastPathComponent)
            return contents
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// A full disk would stop what else is on it.
    private func checkRoom(in directory: String) throws {
        let end = chain?.segments.last.map { Int64($0.pages) * Int64($0.pageSize) } ?? 0
        let needed = max(backup.manifest.database.bytes, end) + BackupWriter.reserveBytes
        guard let free = Disk.freeBytes(at: directory), free < needed else { return }
        throw BackupError.unusable(
            path: directory, reason: "\(needed >> 20) MiB are needed there, and \(free >> 20) MiB are free")
    }

    /// Throws `BackupError.notEmpty` where something is; what a killed restore left behind does not count.
    package func checkEmpty(_ directory: String) throws {
        // A fresh ext4 volume is not quite empty.
        let own = [DirectoryLock.fileName, "lost+found"] + draftNames
        guard try Disk.names(in: directory).allSatisfy(own.contains) else { throw BackupError.notEmpty(directory) }
    }

    /// With the files that SQLite may keep beside it.
    private var draftNames: [String] { ["", "-journal", "-wal", "-shm"].map { draftName + $0 } }

    private var draftName: String { ".\(backup.manifest.databaseName).partial" }

    private func contents(of draft: String, progress: BackupProgress.Report) throws -> DatabaseContents {
        guard let chain, !isBackupAlone else { return try backup.check(draft, progress: progress) }
        try chain.replay(into: draft, progress: progress)
        try progress(BackupProgress(.checking, done: 0, of: bytes))
        return try DatabaseContents.checked(draft, of: chain.generation.path)
    }
}

extension BackupError {
    /// Whether what could not be read may tell of a time after the moment.
    fileprivate func mayConcern(after moment: BackupMoment) -> Bool {
        guard case .gap(_, _, let known) = self else { return true }
        return known.contains { $0.upperBound > moment }
    }
}

extension BackupFolder {
    /// Backups are kept longer than the log: of an old one the log that followed is gone, in good order, when a later base
    /// made it superfluous.
    fileprivate func hasPruned(
        _ log: BackupManifest.LogPosition, _ positions: [BackupManifest.LogPosition]
    ) throws -> Bool {
        let isSuperseded = positions.contains {
            ($0.generation, $0.sequence) > (log.generation, log.sequence)
        }
        guard isSuperseded else { return false }
        let generation = WalGeneration(path: "\(logPath)/\(log.generation)")
        guard let first = try generation.sequences().first else { return !Disk.exists(generation.path) }
        return first > log.sequence + 1
    }
}
