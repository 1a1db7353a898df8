/// Keeps a number of calls in flight: whoever is answered asks again at once.
package struct ClosedLoop: Sendable {
    /// Until then connections, caches and allocators settle; nothing counts.
    package static let warmUpNanoseconds: UInt64 = 300_000_000

    package let seconds: Double
    private let inFlight: Int
    private let executor: (any TaskExecutor)?

    /// - Parameter executor: where the callers run; nil for the default pool.
    package init(inFlight: Int, seconds: Double, executor: (any TaskExecutor)? = nil) {
        self.inFlight = inFlight
        self.seconds = seconds
        self.executor = executor
    }

    /// - Throws: the first error of a call; a peer that fails is not measured.
    package func run(_ call: @escaping @Sendable () async throws -> Void) async throws -> EchoFigures {
        let start = Uptime.nanoseconds + Self.warmUpNanoseconds
        let end = start + UInt64(seconds * 1e9)
        let latencies = try await withThrowingTaskGroup(of: Latencies.self) { group in
            for _ in 0..<inFlight {
                group.addTask(executorPreference: executor) { try await Self.caller(start, end, call) }
            }
            return try await group.reduce(into: Latencies()) { $0.add($1) }
        }
        return EchoFigures(latencies, seconds: seconds)
    }

    private static func caller(_ start: UInt64, _ end: UInt64, _ call: () async throws -> Void) async throws
        -> Latencies
    {
        var latencies = Latencies()
        var began = Uptime.nanoseconds
        while began < end {
            try await call()
            let answered = Uptime.nanoseconds
            if began >= start { latencies.add(answered - began) }
            began = answered
        }
        return latencies
    }
}
