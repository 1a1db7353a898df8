import Synchronization

/// Counts what a server does; readable from any thread.
final class RPCStats: Sendable {
    let connections = Counter()
    let inFlight = Counter()
    /// Calls turned away because too much waited already.
    let refused = Counter()
    /// Calls whose time was over before they began.
    let expired = Counter()
    private let methods = Mutex<[MethodStats]>([])

    func track(_ methods: [MethodStats]) { self.methods.withLock { $0 = methods } }

    var report: RPCStatsReport {
        RPCStatsReport(
            connections: connections.value, inFlight: inFlight.value, refused: refused.value, expired: expired.value,
            methods: methods.withLock(\.self).map(\.report).filter { $0.calls > 0 }.sorted { $0.name < $1.name })
    }
}

/// What became of one method's calls.
final class MethodStats: Sendable {
    private let name: String
    private let calls = Counter()
    private let failures = Counter()
    private let microseconds = Counter()

    init(_ name: String) { self.name = name }

    func finished(_ status: RPCStatus, microseconds: Int) {
        calls.add(1)
        if status != .ok { failures.add(1) }
        self.microseconds.add(microseconds)
    }

    var report: RPCStatsReport.Method {
        .init(
            name: name, calls: calls.value, failures: failures.value, totalMicroseconds: microseconds.value)
    }
}

final class Counter: Sendable {
    private let number = Atomic(0)

    func add(_ count: Int) { number.wrappingAdd(count, ordering: .relaxed) }
    var value: Int { number.load(ordering: .relaxed) }
}
