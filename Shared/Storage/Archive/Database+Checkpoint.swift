import GRDB

extension Database {
    /// How long writers may be kept waiting for readers.
    private static let readersMillisecondsMax = 100

    /// Copies all of the log into the database file, so that the next write starts the log over. Returns false when a
    /// reader still needs old pages; then the rest follows with a later checkpoint.
    ///
    /// The log starts over only while nobody reads in it. Where somebody always does, the log would grow without end: then
    /// readers must be waited for, a moment.
    func checkpointAll(waitingForReaders waits: Bool) throws -> Bool {
        if waits, try restartLog() { return true }
        let result = try checkpoint(.passive)
        return result.walFrameCount == result.checkpointedFrameCount
    }

    /// False when somebody read for longer than writers may be kept waiting.
    private func restartLog() throws -> Bool {
        let timeout = try Int.fetchOne(self, sql: "PRAGMA busy_timeout") ?? 0
        defer { try? execute(sql: "PRAGMA busy_timeout = \(timeout)") }
        try execute(sql: "PRAGMA busy_timeout = \(Self.readersMillisecondsMax)")
        do {
            try checkpoint(.restart)
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return false
        }
    }
}
