import Synchronization

/// Wakes everybody who waits for news. Subscribe first, then look, then wait: so nothing falls between.
final class Bell: Sendable {
    /// Gateways are few; more waiting calls than this are somebody's mistake.
    static let listenersMax = 256

    private struct State {
        var next = 0
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// Nil when too many listen already. Letting go of the stream ends the subscription.
    func subscribe() -> AsyncStream<Void>? {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id: Int? = state.withLock { state in
            guard state.listeners.count < Self.listenersMax else { return nil }
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: id) }
        }
        return stream
    }

    func ring() {
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield() }
    }

    var listenerCount: Int { state.withLock { $0.listeners.count } }
}

extension AsyncStream where Element == Void {
    /// Returns at the next ring, after the time, or when the caller is cancelled, whichever is first.
    func waitOnce(atMost time: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in self { return } }
            group.addTask { try? await Task.sleep(for: time) }  // cancelled when the other is first
            await group.next()
            group.cancelAll()
        }
    }
}
