import Synchronization

/// Whether this process may be sent work: true when every part that announced itself is ready and nobody has begun to stop.
package final class Readiness: Sendable {
    private struct State {
        var parts: [String: Bool] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())

    package init() {}

    package func set(_ part: String, isReady: Bool) { state.withLock { $0.parts[part] = isReady } }

    package func drain() { state.withLock { $0.isDraining = true } }

    package var isReady: Bool {
        state.withLock { !$0.isDraining && !$0.parts.isEmpty && $0.parts.values.allSatisfy(\.self) }
    }

    /// The parts that are not ready, by name.
    package var missing: [String] {
        state.withLock { $0.isDraining ? ["draining"] : $0.parts.filter { !$0.value }.keys.sorted() }
    }
}
