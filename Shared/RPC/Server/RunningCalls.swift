import NIOCore

/// The calls of one connection whose handlers have begun and wait for something. Confined to its event loop.
final class RunningCalls: @unchecked Sendable {  // confined to its event loop
    struct Call {
        let task: Task<Void, Never>
        /// Nil for a stream without one.
        let deadline: NIODeadline?
        /// Ends with the drain instead of being waited for.
        let isEndless: Bool
        let stream: ServerStream?

        fileprivate func cancel() {
            task.cancel()
            stream?.end()
        }
    }

    private static let sweepPeriod = TimeAmount.milliseconds(100)

    private let eventLoop: any EventLoop
    private var calls: [UInt32: Call] = [:]
    private var sweep: RepeatedTask?

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    var count: Int { calls.count }

    /// Whether a stream is under way that will end by itself.
    var isTransferring: Bool { calls.values.contains { $0.stream != nil && !$0.isEndless } }

    func add(_ id: UInt32, _ call: Call) {
        calls[id] = call
        sweepDeadlines()
    }

    func remove(_ id: UInt32) { calls[id] = nil }

    /// False when no such call runs.
    func cancel(_ id: UInt32) -> Bool {
        guard let call = calls[id] else { return false }
        call.cancel()
        return true
    }

    /// False when no such call runs.
    func grant(_ items: UInt32, to id: UInt32) -> Bool {
        guard let call = calls[id] else { return false }
        call.stream?.grant(items)
        return true
    }

    /// Streams that waited for the peer to read go on.
    func resumeStreams() { for call in calls.values { call.stream?.resume() } }

    /// Those that only wait for news would never let a drain end.
    func cancelEndless() { for call in calls.values where call.isEndless { call.cancel() } }

    func cancelAll() {
        sweep?.cancel()
        let calls = calls
        self.calls = [:]
        for call in calls.values { call.cancel() }
    }

    /// Calls that outlive their deadline are cancelled, a few times a second, as long as there are calls.
    private func sweepDeadlines() {
        guard sweep == nil else { return }
        let period = Self.sweepPeriod
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { sweep in
            let now = NIODeadline.now()
            for call in self.calls.values where call.deadline.map({ $0 < now }) ?? false { call.cancel() }
            if self.calls.isEmpty {
                sweep.cancel()
                self.sweep = nil
            }
        }
    }
}
