/// Counts durations in steps that grow with them, so that any number of calls fits in little memory. What comes out is
/// at most 1/32 too long, the maximum exact.
struct LatencyHistogram: Sendable {
    private static let stepsPerDoubling = 32

    private(set) var count = 0
    private(set) var maxNanoseconds: Int64 = 0
    /// 32 steps of 1 ns, then 32 for each of the 58 doublings that an Int64 can hold beyond them.
    private var steps = [Int](repeating: 0, count: stepsPerDoubling * 59)

    mutating func add(nanoseconds: Int64) {
        let value = max(0, nanoseconds)
        count += 1
        maxNanoseconds = max(maxNanoseconds, value)
        steps[Self.step(of: value)] += 1
    }

    /// - Parameter share: 0 ... 1; 0.99 gives what 99 of 100 did not exceed. 0 when nothing was counted.
    func nanoseconds(atOrBelow share: Double) -> Int64 {
        let wanted = max(1, Int((Double(count) * share).rounded(.up)))
        var seen = 0
        for (step, count) in steps.enumerated() where count > 0 {
            seen += count
            if seen >= wanted { return min(Self.longest(in: step), maxNanoseconds) }
        }
        return maxNanoseconds
    }

    private static func step(of value: Int64) -> Int {
        guard value >= stepsPerDoubling else { return Int(value) }
        let shift = 58 - value.leadingZeroBitCount
        return (shift + 1) * stepsPerDoubling + Int(value >> Int64(shift)) - stepsPerDoubling
    }

    private static func longest(in step: Int) -> Int64 {
        guard step >= stepsPerDoubling else { return Int64(step) }
        let shift = Int64(step / stepsPerDoubling - 1)
        let next = Int64(step % stepsPerDoubling + stepsPerDoubling + 1)
        return (next &<< shift) &- 1
    }
}
