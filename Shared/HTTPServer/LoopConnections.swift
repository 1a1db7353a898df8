import NIOCore

/// What the sweep looks after: a connection of either protocol, or one stream of HTTP/2. On its event loop.
protocol SweptConnection: AnyObject {
    /// Does what is due at this time.
    func sweep(_ now: NIODeadline)
    /// Ends as soon as nothing is lost by it.
    func drain()
    func closeNow()
}

/// The connections of one event loop. One sweep looks after all their deadlines, which costs a request nothing; timers
/// per connection would have to be moved several times for each request.
///
/// `@unchecked`: all that changes is touched on `eventLoop` only.
final class LoopConnections: @unchecked Sendable {
    let eventLoop: any EventLoop
    let executor: EventLoopExecutor
    /// The Date field, at most one sweep old.
    private(set) var date = HTTPDate.now()
    private(set) var isDraining = false

    private var connections: [ObjectIdentifier: any SweptConnection] = [:]
    private var sweeping: RepeatedTask?
    private var deadline: Scheduled<Void>?
    private var empty: EventLoopPromise<Void>?

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = EventLoopExecutor(eventLoop)
    }

    func insert(_ connection: any SweptConnection) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: any SweptConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if isDraining, connections.isEmpty { finishDraining() }
    }

    func startSweeping(every interval: TimeAmount) {
        eventLoop.execute { [self] in
            sweeping = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
                let now = NIODeadline.now()
                self.date = HTTPDate.now()
                for connection in self.connections.values { connection.sweep(now) }
            }
        }
    }

    /// Idle connections close at once, busy ones after their answer, the rest when the time is over.
    /// - Returns: done when none is left.
    func drain(within time: TimeAmount) -> EventLoopFuture<Void> {
        eventLoop.flatSubmit { [self] in
            if let empty { return empty.futureResult }
            let promise = eventLoop.makePromise(of: Void.self)
            empty = promise
            isDraining = true
            for connection in connections.values { connection.drain() }
            deadline = eventLoop.scheduleTask(in: time) {
                for connection in self.connections.values { connection.closeNow() }
            }
            if connections.isEmpty { finishDraining() }
            return promise.futureResult
        }
    }

    private func finishDraining() {
        sweeping?.cancel()
        deadline?.cancel()
        // In the next turn, when the channels' closing has been counted.
        eventLoop.execute { self.empty?.succeed() }
    }
}
