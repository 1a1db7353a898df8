/// What an answered write survives.
package enum Durability: Sendable {
    /// A power cut: the write-ahead log is synced with every commit. For what must never be lost.
    case full
    /// A crash of the process, but not of the machine: the log is synced with checkpoints only. For what may be lost
    /// and was told to nobody.
    case normal

    /// The value of `PRAGMA synchronous`.
    var synchronous: Int {
        switch self {
        case .full: 2
        case .normal: 1
        }
    }

    /// Compares what SQLite answers with what was asked.
    func check(synchronous: Int?, journalMode: String?, of path: String) throws {
        guard synchronous == self.synchronous, journalMode == "wal" else {
            throw StorageError.notDurable(
                path: path,
                asked: "synchronous \(self.synchronous), journal_mode wal",
                found: "synchronous \(synchronous.map(String.init) ?? "none"), journal_mode \(journalMode ?? "none")")
        }
    }
}
