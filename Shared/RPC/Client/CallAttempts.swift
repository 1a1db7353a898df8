import NIOCore

/// Decides whether and when one call is sent again, as "Retries" in the README says.
struct CallAttempts {
    /// How many stopping servers a call may meet, one after the other.
    private static let drainsMax = 10

    private let attemptsMax: Int
    /// A second run would have a second effect.
    private let runsOnce: Bool
    private var backOff = BackOff(first: .milliseconds(10), max: .milliseconds(200))
    private var attempts = 0
    private var drains = 0
    private var mayHaveRun = false

    /// - Parameter hasKey: the call brings an idempotency key.
    init(_ method: RPCMethodEntry, hasKey: Bool, attemptsMax: Int) {
        self.attemptsMax = attemptsMax
        runsOnce = !method.isIdempotent && !(method.deduplicates && hasKey)
    }

    /// - Returns: what the caller is told if that was all, and the time to wait before the call is sent again; nil when it is
    ///   not. A retry out of the budget is paid for.
    mutating func failed(
        _ fault: RPCFault, at now: NIODeadline, deadline: NIODeadline, _ budget: RetryBudget
    ) -> (told: RPCFault, pause: Duration?) {
        mayHaveRun = mayHaveRun || !fault.isNotExecuted
        // A server that stops has not seen the call, and is gone when it is sent again: that was no attempt.
        if fault.isDraining, attemptsMax > 1 { drains += 1 } else { attempts += 1 }
        var told = fault
        told.isNotExecuted = !mayHaveRun
        told.isReceived = true
        let pause = max(backOff.next(), .milliseconds(fault.retryAfterMilliseconds ?? 0))
        let mayRepeat =
            attempts < attemptsMax && drains <= Self.drainsMax && now + TimeAmount(pause) < deadline
            && isWorthARetry(fault, budget)
        return (told, mayRepeat ? pause : nil)
    }

    private func isWorthARetry(_ fault: RPCFault, _ budget: RetryBudget) -> Bool {
        guard !fault.doNotRetry, fault.isNotExecuted || !runsOnce else { return false }
        switch fault.status {
        // Refused by a server that stops: it has not seen the call, and the next server has no other load for it.
        case .unavailable where fault.isNotExecuted: return true
        case .unavailable: return budget.take()
        case .resourceExhausted where fault.isNotExecuted: return budget.take()
        default: return false
        }
    }
}
