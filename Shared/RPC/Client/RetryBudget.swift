import Synchronization

/// Keeps retries from multiplying the load on a server that is in trouble (gRFC A6): each costs a token, each success gives a
/// tenth of one back, and below half of the tokens nobody retries.
final class RetryBudget: Sendable {
    private static let token = 1000
    private static let milliTokensMax = 10 * token
    private let milliTokens = Mutex(milliTokensMax)

    func succeeded() { milliTokens.withLock { $0 = min($0 + Self.token / 10, Self.milliTokensMax) } }

    /// True when a retry may be made; it is paid for.
    func take() -> Bool {
        milliTokens.withLock { left in
            guard left - Self.token >= Self.milliTokensMax / 2 else { return false }
            left -= Self.token
            return true
        }
    }
}
