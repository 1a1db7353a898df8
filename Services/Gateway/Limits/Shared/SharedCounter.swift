/// Counts for several gateways at once, so that a client's budget does not grow with their number.
protocol SharedCounter: Sendable {
    /// Takes one unit out of each budget, or none at all.
    /// - Returns: what became of each, in order; nil when it cannot say in time: then the gateway counts by itself.
    func take(_ asks: [SharedAsk]) async -> [SharedState]?

    /// Best effort, without waiting.
    func giveBack(_ returns: [SharedReturn])
}

struct SharedAsk: Sendable {
    /// Of the budget.
    let name: String
    let key: LimitKey
    let rate: GCRA

    init(_ name: String, _ key: LimitKey, _ rate: GCRA) {
        self.name = name
        self.key = key
        self.rate = rate
    }
}

struct SharedState: Sendable, Equatable {
    let decision: GCRA.Decision
    /// On the counter's clock. Nil when nothing was taken.
    let receipt: Bucket.Receipt?
}

struct SharedReturn: Sendable {
    let name: String
    let key: LimitKey
    let receipt: Bucket.Receipt
}
