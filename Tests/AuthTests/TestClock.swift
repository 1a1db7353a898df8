import Contracts
import Synchronization

/// Stands still until told.
final class TestClock: Sendable {
    private let instant = Mutex(Instant(milliseconds: 1_800_000_000_000))

    var now: Instant { instant.withLock { $0 } }

    func pass(seconds: Int64) { instant.withLock { $0 = $0.advanced(bySeconds: seconds) } }
}
