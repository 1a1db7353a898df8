/// When the next backup is due.
struct BackupDue: Sendable {
    let interval: Duration
    let retryAfter: Duration
    private var next: BackupMoment?
    private var lastFailure: BackupMoment?

    /// - Parameter last: when the newest one there is was taken.
    init(interval: Duration, retryAfter: Duration, last: BackupMoment? = nil) {
        self.interval = interval
        self.retryAfter = retryAfter
        next = last?.adding(interval)
    }

    func isDue(at now: BackupMoment, lacksBase: Bool) -> Bool {
        // A clock that was set back must not make what is due wait for it.
        if let lastFailure, lastFailure <= now, now < lastFailure.adding(retryAfter) { return false }
        guard let next, !lacksBase, next <= now.adding(interval) else { return true }
        return now >= next
    }

    mutating func succeeded(at now: BackupMoment) {
        next = now.adding(interval)
        lastFailure = nil
    }

    mutating func failed(at now: BackupMoment) { lastFailure = now }
}
