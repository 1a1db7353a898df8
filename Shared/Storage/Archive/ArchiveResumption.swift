/// Whether a run of a service goes on with the archived log of the run before it. Otherwise it begins a new generation,
/// and until the backup that this one stands on is finished nothing of it can be restored.
///
/// It may when all that was ever committed is either archived or still in SQLite's log, and where the archive ends in
/// that log is known:
///
/// - after a good end, when the database file is still the one that was left: at the log's beginning;
/// - after a kill, in the log whose frames were archived last: after these frames, if they are the same;
/// - after a kill, in the log right after that one: at its beginning, for SQLite starts the log over only after all of it
///   was checkpointed, and the archive checkpoints only what it has archived;
/// - after a kill before anything was archived: where the generation began, in the log that lay there then.
///
/// All this holds for a database with an `ArchiveMark`.
struct ArchiveResumption: Sendable {
    private let mark: ArchiveMark?
    /// As they lay there before the database was opened.
    private let database: FileStamp?
    private let hasLog: Bool

    /// Call it before the database is opened.
    init(database path: String) {
        mark = ArchiveMark.read(of: path)
        database = FileStamp(path)
        hasLog = (FileStamp(path + "-wal")?.size ?? 0) > 0
    }

    /// - Returns: nil when nothing can be gone on with.
    func chain(in folder: BackupFolder, log: String, now: BackupMoment) throws -> ArchiveChain? {
        guard let mark, let generation = try WalGeneration.all(in: folder).last, generation.name == mark.generation,
            let end = generation.end
        else { return nil }
        let sequence = try generation.sequences().last
        let last = sequence.flatMap { try? WalSegment.read(generation.segmentPath($0)) }
        // One that cannot be read cannot be followed.
        guard (sequence == nil) == (last == nil) else { return nil }
        if let closed = mark.closed {
            guard closed.database == database, closed.sequence == sequence ?? 0 else { return nil }
            return ArchiveChain(
                resuming: generation, after: last, cursor: nil, quietUntil: hasLog ? end : max(now, end))
        }
        guard let header = WalHeader(ofLog: log) else { return nil }
        let cursor: WalCursor?
        if let last {
            cursor = WalCursor(after: last.segment, in: header)
        } else if let begin = mark.begin {
            cursor = WalCursor(begin, in: header)
        } else {
            cursor = WalCursor(startOf: header)
        }
        guard let cursor, (try? WalScan(log, after: cursor)) != nil else { return nil }
        return ArchiveChain(resuming: generation, after: last, cursor: cursor, quietUntil: end)
    }
}
