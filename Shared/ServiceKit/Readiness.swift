import Synchronization

/// Whether this process may be sent work: true when every part that announced itself is ready and nobody has begun to stop.
package final class Readiness: Sendable {
    private struct State {
        var parts: [String: Bool] = [:]
        var watched: [String: @Sendable () -> Bool] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())

    package init() {}

    package func set(_ part: String, isReady: Bool) { state.withLock { $0.parts[part] = isReady } }

    /// A part that is asked each time: keep the closure quick, it must not wait.
    package func watch(_ part: String, _ isReady: @escaping @Sendable () -> Bool) {
        state.withLock { $0.watched[part] = isReady }
    }

    package func drain() { state.withLock { $0.isDraining = true } }

    package var isReady: Bool {
        let now = looked()
        return !now.isDraining && !now.parts.isEmpty && now.parts.values.allSatisfy(\.self)
    }

    /// The parts that are not ready, by name.
    package var missing: [String] {
        let now = looked()
        return now.isDraining ? ["draining"] : now.parts.filter { !$0.value }.keys.sorted()
    }

    /// The watched parts are asked outside the lock.
    private func looked() -> State {
        var now = state.withLock { $0 }
        for (part, isReady) in now.watched { now.parts[part] = isReady() }
        return now
    }
}
