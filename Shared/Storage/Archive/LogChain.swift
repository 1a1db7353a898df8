import Foundation

/// The segments that lead from a backup to a later moment, each one known to follow the one before.
struct LogChain: Sendable {
    /// A first commit after a quiet time is dated by the next look at the log. When looks are further apart than this,
    /// because the folder failed meanwhile, the time between is not known at all.
    static let granularity = Duration.seconds(5)

    private(set) var segments: [WalSegment] = []
    let generation: WalGeneration
    /// Until when the state after the last segment is known to have stood.
    private(set) var knownUntil: BackupMoment

    /// As far as the moment, or to the end without one. Throws `BackupError.gap` when the state at the moment is not
    /// known, `.damaged` when a segment that is needed is missing or cannot be trusted.
    init(after backup: Backup, at moment: BackupMoment?, in folder: BackupFolder) throws {
        let (service, taken) = (folder.service, backup.manifest.takenAt)
        guard let log = backup.manifest.log else {
            throw BackupError.gap(service: service, at: moment ?? taken, known: [taken...taken])
        }
        generation = WalGeneration(path: "\(folder.logPath)/\(log.generation)")
        knownUntil = taken
        guard Disk.exists(generation.path) else {
            throw BackupError.damaged(path: generation.path, reason: "it is missing, and the backup goes on in it")
        }
        let newest = try generation.sequences().last ?? 0
        var (sequence, head) = (log.sequence, log.head)
        while sequence < newest {
            let next: WalSegment
            do {
                (next, head) = try Self.read(generation, sequence + 1, after: head, of: backup.manifest)
            } catch let error as BackupError {
                guard let moment, moment <= knownUntil else { throw error }
                return
            }
            if let moment, next.completeAt > moment {
                // Quiet as far as that, then a look that found something.
                if next.completeAt < next.quietUntil.adding(Self.granularity) { return }
                knownUntil = max(knownUntil, next.quietUntil)
                guard moment > knownUntil else { return }
                throw BackupError.gap(
                    service: service, at: moment, known: [taken...knownUntil, next.completeAt...next.completeAt])
            }
            segments.append(next)
            knownUntil = max(knownUntil, next.completeAt)
            sequence += 1
        }
        knownUntil = max(knownUntil, generation.quietUntil ?? knownUntil)
        if let moment, moment > knownUntil {
            throw BackupError.gap(service: service, at: moment, known: [taken...knownUntil])
        }
    }

    private static func read(
        _ generation: WalGeneration, _ sequence: Int64, after head: String, of manifest: BackupManifest
    ) throws -> (WalSegment, String) {
        let path = generation.segmentPath(sequence)
        guard Disk.exists(path) else { throw BackupError.damaged(path: path, reason: "it is missing") }
        let (segment, hash) = try WalSegment.read(path)
        guard segment.service == manifest.service else {
            throw BackupError.foreign(path: path, service: segment.service, expected: manifest.service)
        }
        guard segment.generation == generation.name, segment.sequence == sequence, segment.previous == head,
            segment.pageSize == manifest.contents.pageSize
        else { throw BackupError.damaged(path: path, reason: "it does not follow the one before it") }
        return (segment, hash)
    }

    /// Leaves out the newest segments in which more of other services' events was read than these services hold, and
    /// returns the moment of what is left; nil when that would go back further than allowed.
    mutating func stepBack(
        to newest: [String: Int64], from end: BackupMoment, atMost duration: Duration, taken: BackupMoment
    ) -> BackupMoment? {
        let fitting = segments.lastIndex { $0.events.sourcesBehind(newest).isEmpty } ?? -1
        guard fitting + 1 < segments.count else { return end }
        guard segments[fitting + 1].completeAt >= end.adding(.zero - duration) else { return nil }
        segments.removeSubrange((fitting + 1)...)
        knownUntil = segments.last?.completeAt ?? taken
        return knownUntil
    }

    var bytes: Int64 { segments.reduce(0) { $0 + $1.frames.bytes } }

    /// Writes the pages of all segments over those of a database file, and syncs it.
    func replay(into path: String, progress: BackupProgress.Report) throws {
        guard let last = segments.last else { return }
        let file = try OutputFile(existing: path)
        var done: Int64 = 0
        for segment in segments {
            try Self.replay(segment, from: generation.segmentPath(segment.sequence), into: file)
            done += segment.frames.bytes
            try progress(BackupProgress(.replaying, done: done, of: bytes))
        }
        try file.truncate(to: Int64(last.pages) * Int64(last.pageSize))
        try file.sync()
    }

    private static func replay(
        _ segment: WalSegment, from path: String, into file: borrowing OutputFile
    ) throws {
        let source = try InputFile(path)
        var frames = FrameAssembler(pageSize: segment.pageSize)
        let found = try Gzip.expand(
            source, from: Int64(WalSegment.headerBytes), bytesMax: segment.frames.bytes
        ) { bytes in
            try frames.add(bytes) { frame, page in
                guard frame.page > 0 else { throw BackupError.damaged(path: path, reason: "a frame has no page") }
                try file.write(page, at: Int64(frame.page - 1) * Int64(segment.pageSize))
            }
        }
        guard found.plain == segment.frames, frames.isComplete else {
            throw BackupError.damaged(path: path, reason: "its frames have another SHA-256")
        }
    }
}

/// Cuts a stream of bytes into frames.
private struct FrameAssembler {
    private var frame: [UInt8] = []
    private let frameBytes: Int

    init(pageSize: Int) {
        frameBytes = WalFrame.headerBytes + pageSize
        frame.reserveCapacity(frameBytes)
    }

    var isComplete: Bool { frame.isEmpty }

    mutating func add(
        _ bytes: UnsafeRawBufferPointer, _ body: (WalFrame, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(frameBytes - frame.count)
            frame.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            guard frame.count == frameBytes else { return }
            try frame.withUnsafeBytes { whole in
                let header = WalFrame(UnsafeRawBufferPointer(rebasing: whole[..<WalFrame.headerBytes]))
                try body(header, UnsafeRawBufferPointer(rebasing: whole[WalFrame.headerBytes...]))
            }
            frame.removeAll(keepingCapacity: true)
        }
    }
}
