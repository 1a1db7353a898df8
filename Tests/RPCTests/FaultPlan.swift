import NIOCore
import Synchronization

@testable import RPC

/// What a proxy does to the bytes of one direction, from its trigger on. The toxics are toxiproxy's; a count of bytes
/// starts at the trigger.
enum Toxic: Sendable, Hashable {
    case latency(milliseconds: Int64)
    /// Hands the bytes on in pieces of this size, one a turn of the loop.
    case slice(bytes: Int)
    /// Closes both ends in order (FIN).
    case cut(afterBytes: Int)
    /// Swallows what follows, and the close too; both ends stay open.
    case blackHole(afterBytes: Int)
    /// Closes both ends at once (RST).
    case reset(afterBytes: Int)
    /// The receiver sees the end of the stream; the sender may go on writing into the void.
    case limitData(afterBytes: Int)
}

enum FaultDirection: Sendable { case toServer, toClient }

enum FaultMoment: Sendable, CaseIterable { case before, after }

/// When a toxic sets in: at the nth frame of a kind in one direction, counted over all connections of the proxy.
struct FaultTrigger: Sendable {
    var kind: Frame.Kind
    var direction: FaultDirection
    var moment = FaultMoment.before
    var occurrence = 1
}

/// One toxic with its trigger; it fires once.
final class FaultPlan: Sendable {
    private struct State {
        var seen = 0
        var hasFired = false
    }

    let toxic: Toxic
    let trigger: FaultTrigger
    private let state = Mutex(State())

    init(_ toxic: Toxic, at trigger: FaultTrigger) {
        self.toxic = toxic
        self.trigger = trigger
    }

    var hasFired: Bool { state.withLock { $0.hasFired } }

    /// Counts a frame that passes; tells when the toxic sets in at this very frame.
    func passes(_ kind: Frame.Kind, _ direction: FaultDirection) -> FaultMoment? {
        guard kind == trigger.kind, direction == trigger.direction else { return nil }
        return state.withLock {
            $0.seen += 1
            guard $0.seen == trigger.occurrence else { return nil }
            $0.hasFired = true
            return trigger.moment
        }
    }
}
