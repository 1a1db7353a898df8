/// What is known of one key: its TAT, and what it takes to give back exactly. Time is nanoseconds on one clock and never
/// runs backwards between calls.
struct Bucket: Sendable, Hashable {
    private(set) var tat: Int64
    /// The number of the last unit that was taken. It starts at the time of making, so that a bucket that was dropped and
    /// made again is further than a receipt from before.
    private(set) var taken: Int64
    /// Which of the last units came back: bit 0 is the last, bit 1 the one before.
    private var gone: UInt32 = 0

    /// A unit that was taken, for giving it back.
    struct Receipt: Sendable, Hashable {
        let number: Int64
        let interval: Int64
    }

    init(now: Int64) {
        tat = now
        taken = now
    }

    /// - Returns: the receipt when admitted.
    mutating func take(_ rate: GCRA, now: Int64) -> (GCRA.Decision, Receipt?) {
        let decision = rate.decide(tat: tat, now: now)
        guard case .admitted(let next, _, _) = decision else { return (decision, nil) }
        tat = next
        taken += 1
        gone <<= 1
        return (decision, Receipt(number: taken, interval: rate.interval))
    }

    /// Takes one interval off the TAT. When nothing was taken since, it is as if the unit had never been taken. What was
    /// taken since, and has not come back, keeps its place, so that the bound on any window holds: the TAT does not fall
    /// below `now` plus one interval for each of them.
    mutating func giveBack(_ receipt: Receipt, _ rate: GCRA, now: Int64) {
        let since = taken - receipt.number
        guard since >= 0, receipt.interval == rate.interval else { return }
        var later = since - Int64(gone.nonzeroBitCount)
        if since < Int64(UInt32.bitWidth) {
            let bit: UInt32 = 1 << UInt32(since)
            guard gone & bit == 0 else { return }
            later = since - Int64((gone & (bit - 1)).nonzeroBitCount)
            gone |= bit
        }
        guard tat > now, later <= (tat - now) / rate.interval else { return }
        tat = max(tat - rate.interval, now + later * rate.interval)
    }

    /// Under a smaller burst nobody owes more than an empty bucket. Receipts from before are void.
    mutating func clip(to rate: GCRA, now: Int64) {
        let most = now + rate.burst * rate.interval
        guard tat > most else { return }
        tat = most
        taken = max(taken, now) + Self.stepOfVoid
        gone = 0
    }

    /// More than the largest burst.
    static let stepOfVoid: Int64 = 1_000_001
}
