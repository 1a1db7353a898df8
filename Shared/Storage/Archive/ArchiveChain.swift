import Foundation
import GRDB

/// How far one generation of the archived log has come; a step makes the next value or none.
struct ArchiveChain: Sendable {
    let generation: WalGeneration
    /// Of the last segment; 0 while there is none.
    private(set) var sequence: Int64 = 0
    private var head = WalSegment.noHead
    /// In the live log, behind what is archived; nil while there is no log.
    private(set) var cursor: WalCursor?
    /// Nothing was committed since the last segment.
    private(set) var quietUntil: BackupMoment
    private var notedUntil: BackupMoment
    /// What the last complete checkpoint covered.
    private var checkpointed: WalCursor?

    /// What the live log held at one moment behind the cursor. On the writer's turn only.
    struct Look: Sendable {
        let scan: WalScan
        let moment: BackupMoment
        let events: EventPositions

        init(at log: String, after cursor: WalCursor?, in db: Database, moment: BackupMoment) throws {
            scan = try WalScan(log, after: cursor)
            self.moment = moment
            events = scan.frames > 0 ? try EventPositions(db) : EventPositions()
        }
    }

    init(generation: WalGeneration, cursor: WalCursor?, now: BackupMoment) {
        self.generation = generation
        self.cursor = cursor
        quietUntil = now
        notedUntil = now
    }

    /// Goes on after the last segment of an earlier run.
    ///
    /// - Parameters:
    ///   - last: nil when there is none.
    ///   - quietUntil: nothing was committed between that segment and this instant.
    init(
        resuming generation: WalGeneration, after last: (segment: WalSegment, hash: String)?, cursor: WalCursor?,
        quietUntil: BackupMoment
    ) {
        self.init(generation: generation, cursor: cursor, now: quietUntil)
        guard let last else { return }
        sequence = last.segment.sequence
        head = last.hash
    }

    var position: BackupManifest.LogPosition {
        BackupManifest.LogPosition(generation: generation.name, sequence: sequence, head: head)
    }

    /// Writes what a look at the log has found, durably, or notes from time to time that it found nothing.
    mutating func take(
        _ look: Look, from logPath: String, service: String, quietNote: Duration
    ) throws {
        let (scan, now) = (look.scan, look.moment)
        var next = self
        if let cursor = scan.cursor, scan.frames > 0 {
            let segment = WalSegment(
                service: service, generation: generation.name, sequence: sequence + 1, previous: head,
                pageSize: cursor.header.pageSize, firstFrame: cursor.frames - scan.frames, frameCount: scan.frames,
                salts: [cursor.header.salt1, cursor.header.salt2],
                checksum: [cursor.checksum.first, cursor.checksum.second], pages: scan.pages, quietUntil: quietUntil,
                completeAt: now, events: look.events, frames: FileDigest(bytes: 0, sha256: ""))
            next.head = try segment.write(scan.range, of: InputFile(logPath), to: generation.path)
            next.sequence += 1
            next.notedUntil = now
        } else if now >= notedUntil.adding(quietNote) {
            try generation.noteQuiet(until: now)
            next.notedUntil = now
        }
        next.cursor = scan.cursor
        next.quietUntil = now
        self = next
    }

    /// On the writer's turn, right after a look.
    mutating func isQuiet(until now: BackupMoment) { quietUntil = now }

    func wantsCheckpoint(above bytes: Int64) -> Bool {
        guard let cursor else { return false }
        return cursor.offset > bytes && cursor != checkpointed
    }

    mutating func checkpointedAll() { checkpointed = cursor }
}
