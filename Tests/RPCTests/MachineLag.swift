import NIOCore
import Synchronization

/// A sentinel beside a test: how late the machine's own timers are, so that a slow machine is not taken for a slow RPC.
final class MachineLag: Sendable {
    private static let period = TimeAmount.milliseconds(10)
    private let samples = Mutex<[(at: NIODeadline, lateness: TimeAmount)]>([])

    /// Measures until the task is cancelled: a timer of the loop, and the way back from it to a task.
    func run(on eventLoop: any EventLoop) async {
        while !Task.isCancelled {
            let due = NIODeadline.now() + Self.period
            try? await eventLoop.scheduleTask(deadline: due) {}.futureResult.get()
            let now = NIODeadline.now()
            samples.withLock { $0.append((now, now - due)) }
        }
    }

    /// The time that the machine took away between two moments.
    func total(from start: NIODeadline, to end: NIODeadline) -> TimeAmount {
        samples.withLock { samples in
            samples.filter { $0.at >= start && $0.at - $0.lateness <= end }.reduce(.zero) { $0 + $1.lateness }
        }
    }
}
