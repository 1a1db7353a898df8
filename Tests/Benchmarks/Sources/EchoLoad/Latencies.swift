/// The times of calls, four bytes each: a minute of the fastest load measured here is some 50 MB. Above 4.29 s they are cut.
package struct Latencies: Sendable {
    private var nanoseconds: [UInt32] = []

    package init() {}

    package var count: Int { nanoseconds.count }

    package mutating func add(_ time: UInt64) { nanoseconds.append(UInt32(clamping: time)) }

    package mutating func add(_ others: Latencies) { nanoseconds += others.nanoseconds }

    /// 0 when there are none.
    package func microseconds(at quantile: Double) -> Double {
        guard !nanoseconds.isEmpty else { return 0 }
        let sorted = nanoseconds.sorted()
        return Double(sorted[min(Int(Double(sorted.count) * quantile), sorted.count - 1)]) / 1000
    }
}
