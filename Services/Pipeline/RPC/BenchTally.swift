import NIOCore
import RPC
import Synchronization

/// What became of the calls of one run.
final class BenchTally: Sendable {
    struct Counts: Sendable {
        /// Of the calls that went well.
        var times = LatencyHistogram()
        var failures = 0
        var firstFault: RPCFault?
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock(\.self) }

    func add(_ time: TimeAmount, _ fault: RPCFault?) {
        state.withLock { counts in
            guard let fault else { return counts.times.add(nanoseconds: time.nanoseconds) }
            counts.failures += 1
            if counts.firstFault == nil { counts.firstFault = fault }
        }
    }
}
