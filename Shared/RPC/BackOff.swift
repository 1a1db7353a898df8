/// Waits that double up to a maximum, each drawn at random from its upper half, so that many clients do not return at once.
package struct BackOff: Sendable {
    private let first: Duration
    private let max: Duration
    private var step: Duration

    package init(first: Duration, max: Duration) {
        self.first = first
        self.max = max
        step = first
    }

    package mutating func next() -> Duration {
        defer { step = min(step * 2, max) }
        return step * Double.random(in: 0.5...1)
    }

    package mutating func reset() { step = first }
}
