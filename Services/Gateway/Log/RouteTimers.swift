import Metrics
import NIOCore
import Synchronization

/// One timer per route and status, made when it is first needed: making one takes longer than most requests.
final class RouteTimers: Sendable {
    private struct Key: Hashable {
        let route: String
        let status: UInt
    }

    private let timers = Mutex<[Key: Timer]>([:])

    /// - Parameter route: a template out of the route table, so their number is bounded.
    func record(_ route: String, _ status: UInt, _ elapsed: TimeAmount) {
        let key = Key(route: route, status: status)
        let timer = timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "ibp_http_request_seconds", dimensions: [("route", route), ("status", "\(status)")])
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(elapsed.nanoseconds)
    }
}
