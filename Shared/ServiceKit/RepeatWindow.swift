package import Contracts

/// Tells what happens for the first time in a while from what repeats, so that polling is written down once. Holds a bounded
/// number of keys; when there are more it forgets all, and some repeat counts as a first again.
package struct RepeatWindow<Key: Hashable & Sendable>: Sendable {
    private let spanMilliseconds: Int64
    private let keysMax: Int
    private var since: [Key: Instant] = [:]

    package init(span: Duration, keysMax: Int) {
        spanMilliseconds = span.components.seconds * 1000
        self.keysMax = keysMax
    }

    package var count: Int { since.count }

    package mutating func isFirst(_ key: Key, at now: Instant) -> Bool {
        // A clock that was set back must not silence anything for longer.
        if let first = since[key], (0..<spanMilliseconds).contains(now.milliseconds - first.milliseconds) {
            return false
        }
        if since.count >= keysMax {
            since = since.filter { now.milliseconds - $0.value.milliseconds < spanMilliseconds }
            if since.count >= keysMax { since.removeAll(keepingCapacity: true) }
        }
        since[key] = now
        return true
    }

    /// It did not come about.
    package mutating func forget(_ key: Key) { since[key] = nil }
}
