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
        if isRepeat(key, at: now) { return false }
        if since.count >= keysMax {
            since = since.filter { isNear($0.value, now) }
            if since.count >= keysMax { since.removeAll(keepingCapacity: true) }
        }
        since[key] = now
        return true
    }

    /// Whether there was a first that this one repeats. Notes nothing.
    package func isRepeat(_ key: Key, at now: Instant) -> Bool {
        guard let first = since[key] else { return false }
        return isNear(first, now)
    }

    /// In both directions: of calls at the same time the one that began earlier may be seen later. A clock that was set back
    /// by more than the span silences nothing.
    private func isNear(_ first: Instant, _ now: Instant) -> Bool {
        abs(now.milliseconds - first.milliseconds) < spanMilliseconds
    }

    /// It did not come about.
    package mutating func forget(_ key: Key) { since[key] = nil }
}
