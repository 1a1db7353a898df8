/// What is known of one key: its TAT, and what it takes to give back exactly. Time is nanoseconds on one clock and never
/// runs backwards between calls.
struct Bucket: Sendable, Hashable {
    private(set) var tat: Int64
    /// Grows by one with every unit that comes back. It starts at the time of making, so that a bucket that was dropped
    /// and made again is further than a receipt from before.
    private(set) var returns: Int64

    /// A unit that was taken, for giving it back.
    struct Receipt: Sendable, Hashable {
        let tat: Int64
        let returns: Int64
        let interval: Int64
    }

    init(now: Int64) {
        tat = now
        returns = now
    }

    /// - Returns: the receipt when admitted.
    mutating func take(_ rate: GCRA, now: Int64) -> (GCRA.Decision, Receipt?) {
        let decision = rate.decide(tat: tat, now: now)
        guard case .admitted(let next, _, _) = decision else { return (decision, nil) }
        tat = next
        return (decision, Receipt(tat: next, returns: returns, interval: rate.interval))
    }

    /// Takes one interval off the TAT, less what has run off since: with nothing in between it is as if the unit had never
    /// been taken. What was admitted in between keeps its whole place, so the bound on any window holds: the TAT never
    /// falls below `now` plus one interval for each of them. Other units that came back meanwhile have moved the place of
    /// this one by at most an interval each.
    mutating func giveBack(_ receipt: Receipt, now: Int64) {
        let others = returns - receipt.returns
        let ahead = receipt.tat - now
        guard others >= 0, ahead > 0, others <= ahead / receipt.interval else { return }
        let credit = min(receipt.interval, ahead - others * receipt.interval)
        guard credit > 0 else { return }
        tat -= credit
        returns += 1
    }

    /// Under a smaller burst nobody owes more than an empty bucket. Receipts from before are void.
    mutating func clip(to rate: GCRA, now: Int64) {
        let most = now + rate.burst * rate.interval
        guard tat > most else { return }
        tat = most
        returns = max(returns, now) + Self.returnsOfVoid
    }

    /// More than the largest burst.
    static let returnsOfVoid: Int64 = 1_000_001
}
