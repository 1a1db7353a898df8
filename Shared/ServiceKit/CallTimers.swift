import Metrics
import NIOCore
import RPC
import Synchronization

/// One timer per method and status, made when it is first needed: making one takes longer than most calls.
final class CallTimers: Sendable {
    private struct Key: Hashable {
        let method: UInt16
        let status: RPCStatus
    }

    private let timers = Mutex<[Key: Timer]>([:])

    func record(_ method: RPCMethodEntry, _ status: RPCStatus, _ elapsed: TimeAmount) {
        let key = Key(method: method.id, status: status)
        let timer = timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "ibp_rpc_server_seconds", dimensions: [("method", method.name), ("status", "\(status)")])
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(elapsed.nanoseconds)
    }
}
