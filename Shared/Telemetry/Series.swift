import CoreMetrics
import Synchronization

/// One time series: a counter, a gauge or a histogram.
final class Series: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    enum Kind: String, CustomStringConvertible {
        case counter, gauge, histogram
        var description: String { rawValue }
    }

    /// Upper bounds in seconds: from a loopback call to the slowest answer that anybody waits for.
    private static let bounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private struct State {
        var value = 0.0
        var count = 0
        var buckets = [Int](repeating: 0, count: Series.bounds.count)
    }

    let kind: Kind
    private let state = Mutex(State())

    init(_ kind: Kind) { self.kind = kind }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { state.withLock { $0.value += amount } }
    func decrement(by amount: Double) { state.withLock { $0.value -= amount } }
    func reset() { state.withLock { $0 = State() } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func record(_ value: Double) {
        state.withLock {
            guard kind == .histogram else {
                $0.value = value
                return
            }
            $0.value += value
            $0.count += 1
            if let bucket = Self.bounds.firstIndex(where: { value <= $0 }) { $0.buckets[bucket] += 1 }
        }
    }

    func write(_ name: String, _ labels: [String], to out: inout String) {
        let state = state.withLock { $0 }
        guard kind == .histogram else {
            out += "\(name)\(Self.braces(labels)) \(Self.number(state.value))\n"
            return
        }
        var cumulative = 0
        for (bound, count) in zip(Self.bounds, state.buckets) {
            cumulative += count
            out += "\(name)_bucket\(Self.braces(labels + ["le=\"\(Self.number(bound))\""])) \(cumulative)\n"
        }
        out += "\(name)_bucket\(Self.braces(labels + ["le=\"+Inf\""])) \(state.count)\n"
        out += "\(name)_sum\(Self.braces(labels)) \(Self.number(state.value))\n"
        out += "\(name)_count\(Self.braces(labels)) \(state.count)\n"
    }

    private static func braces(_ labels: [String]) -> String {
        labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
