import Synchronization

/// How far a long piece of work has come.
package struct BackupProgress: Sendable, Hashable {
    package enum Step: String, Sendable, Hashable {
        case copying, checking, compressing, receiving, decompressing, replaying
    }

    /// Called often, on the working thread; what it throws ends the work and nothing is left behind.
    package typealias Report = @Sendable (BackupProgress) throws -> Void

    package var step: Step
    /// In bytes of the uncompressed database; for `receiving` of the compressed one, for `replaying` of the log.
    package var done: Int64
    package var total: Int64

    package init(_ step: Step, done: Int64, of total: Int64) {
        self.step = step
        self.done = done
        self.total = total
    }
}

/// Lets one report through per period, none before the first one is over: what is done sooner needs no word.
package final class ProgressPace: Sendable {
    private let period: Duration
    private let last = Mutex(ContinuousClock.now)

    package init(every period: Duration) { self.period = period }

    package func isDue() -> Bool {
        last.withLock { last in
            let now = ContinuousClock.now
            guard now - last >= period else { return false }
            last = now
            return true
        }
    }
}
