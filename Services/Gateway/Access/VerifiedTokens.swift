import Crypto
import Synchronization

/// Remembers what verification said of a token, so that a signature is checked once per token and not once per request.
/// Keyed by a digest; an entry dies with the token's expiry or with the key set it was verified under. At most `tokensMax`
/// good ones; and `refusedMax` bad ones, for some seconds, because a client with a dead token tends to ask again.
final class VerifiedTokens: Sendable {
    static let tokensMax = 65_536
    static let refusedMax = 8192
    /// Seconds. A token may become good: it may be younger than our clock.
    static let refusedKept: Int64 = 2

    private struct Entry {
        let caller: Caller
        let epoch: Int
    }

    private struct Refusal {
        let until: Int64
        let epoch: Int
    }

    private struct State {
        var good: [SHA256Digest: Entry] = [:]
        var refused: [SHA256Digest: Refusal] = [:]
        /// Looking for dead tokens costs a walk over all, so it is done once a second at most.
        var nextSweep: Int64 = 0
    }

    enum Verdict: Sendable, Equatable {
        case good(Caller)
        case refused
    }

    private let state = Mutex(State())

    /// Nil when nothing is remembered.
    func verdict(_ digest: SHA256Digest, epoch: Int, now: Int64) -> Verdict? {
        state.withLock { state in
            if let entry = state.good[digest] {
                if entry.epoch == epoch, entry.caller.expiry > now { return .good(entry.caller) }
                state.good[digest] = nil
            } else if let refusal = state.refused[digest], refusal.epoch == epoch, refusal.until > now {
                return .refused
            }
            return nil
        }
    }

    func remember(_ digest: SHA256Digest, _ caller: Caller, epoch: Int, now: Int64) {
        state.withLock { state in
            if state.good.count >= Self.tokensMax, now >= state.nextSweep {
                state.nextSweep = now + 1
                state.good = state.good.filter { $0.value.epoch == epoch && $0.value.caller.expiry > now }
            }
            // Full of living tokens: a new one is verified each time, and none of the others is forgotten for it.
            guard state.good.count < Self.tokensMax else { return }
            state.good[digest] = Entry(caller: caller, epoch: epoch)
        }
    }

    func refuse(_ digest: SHA256Digest, epoch: Int, now: Int64) {
        state.withLock { state in
            if state.refused.count >= Self.refusedMax { state.refused.removeAll(keepingCapacity: true) }
            state.refused[digest] = Refusal(until: now + Self.refusedKept, epoch: epoch)
        }
    }

    /// Of good ones.
    var count: Int { state.withLock(\.good.count) }
    var refusedCount: Int { state.withLock(\.refused.count) }
}
