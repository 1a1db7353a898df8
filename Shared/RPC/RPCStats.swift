import Synchronization

/// Counts what a server does. One lock, taken twice a call for a few instructions.
final class RPCStats: Sendable {
    private struct Counts {
        var connections = 0
        var inFlight = 0
        var methods: [String: RPCStatsReport.Method] = [:]
    }

    private let counts = Mutex(Counts())

    func connected() { counts.withLock { $0.connections += 1 } }
    func disconnected() { counts.withLock { $0.connections -= 1 } }
    func started() { counts.withLock { $0.inFlight += 1 } }

    func finished(_ method: String, _ status: RPCStatus, microseconds: Int) {
        counts.withLock {
            $0.inFlight -= 1
            var entry = $0.methods[method] ?? .init(name: method, calls: 0, failures: 0, totalMicroseconds: 0)
            entry.calls += 1
            entry.failures += status == .ok ? 0 : 1
            entry.totalMicroseconds += microseconds
            $0.methods[method] = entry
        }
    }

    var report: RPCStatsReport {
        counts.withLock {
            RPCStatsReport(
                connections: $0.connections, inFlight: $0.inFlight,
                methods: $0.methods.values.sorted { $0.name < $1.name })
        }
    }
}
