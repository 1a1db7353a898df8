import EchoLoad

/// A light load that tells how the server fares: before an overload, and from its end on.
struct Recovery: Sendable {
    /// p50 is back when it is at most this many times what it was.
    static let tolerance = 1.2
    private static let inFlight = 4
    private static let calmSeconds = 2.0
    private static let watchNanoseconds: UInt64 = 5_000_000_000

    private let client: EchoClient

    init(_ client: EchoClient) { self.client = client }

    /// p50 in microseconds.
    func calm() async throws -> Double {
        let loop = ClosedLoop(inFlight: Self.inFlight, seconds: Self.calmSeconds, executor: client.executor)
        return try await loop.run {
            try await Overload.burn(client, EchoMethods.lightBurn, timeout: EchoClient.timeout)
        }.p50Microseconds
    }

    func watch() async -> Watch {
        let start = Uptime.nanoseconds
        return await withTaskGroup(of: Watch.self) { group in
            for _ in 0..<Self.inFlight {
                group.addTask(executorPreference: client.executor) {
                    var watch = Watch()
                    while Uptime.nanoseconds - start < Self.watchNanoseconds {
                        let began = Uptime.nanoseconds
                        let isGood = (try? await Overload.burn(client, EchoMethods.lightBurn)) != nil
                        let now = Uptime.nanoseconds
                        watch.add(isGood ? now - began : nil, at: now - start)
                        // A call may be refused without a wait; the connection's loop must get a turn.
                        if !isGood { try? await Task.sleep(for: .milliseconds(1)) }
                    }
                    return watch
                }
            }
            return await group.reduce(into: Watch()) { $0.add($1) }
        }
    }

    /// The calls of the watched time, by windows.
    struct Watch: Sendable {
        private static let windowNanoseconds: UInt64 = 50_000_000

        private var windows = [Latencies](
            repeating: Latencies(), count: Int(Recovery.watchNanoseconds / Self.windowNanoseconds))

        /// - Parameter time: nil for a call that failed, which is slower than any.
        mutating func add(_ time: UInt64?, at moment: UInt64) {
            let window = Int(moment / Self.windowNanoseconds)
            if window < windows.count { windows[window].add(time ?? .max) }
        }

        mutating func add(_ other: Watch) {
            for index in windows.indices { windows[index].add(other.windows[index]) }
        }

        /// From the end of the overload to the end of the first window whose p50, and that of the next, is at most this.
        func seconds(until microseconds: Double) -> Double? {
            let isBack = windows.map { $0.count > 0 && $0.microseconds(at: 0.5) <= microseconds }
            guard let first = isBack.indices.dropLast().first(where: { isBack[$0] && isBack[$0 + 1] }) else {
                return nil
            }
            return Double(UInt64(first + 1) * Self.windowNanoseconds) / 1e9
        }
    }
}
