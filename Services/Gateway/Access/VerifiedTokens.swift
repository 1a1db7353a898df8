import Crypto
import Synchronization

/// Remembers tokens that passed verification, so that a signature is checked once per token and not once per request.
/// Keyed by a digest; an entry dies with the token's expiry or with the key set it was verified under. At most `tokensMax`.
final class VerifiedTokens: Sendable {
    static let tokensMax = 65_536

    private struct Entry {
        let caller: Caller
        let epoch: Int
    }

    private let entries = Mutex<[SHA256Digest: Entry]>([:])

    func caller(_ digest: SHA256Digest, epoch: Int, now: Int64) -> Caller? {
        entries.withLock {
            guard let entry = $0[digest] else { return nil }
            guard entry.epoch == epoch, entry.caller.expiry > now else {
                $0[digest] = nil
                return nil
            }
            return entry.caller
        }
    }

    func remember(_ digest: SHA256Digest, _ caller: Caller, epoch: Int, now: Int64) {
        entries.withLock {
            if $0.count >= Self.tokensMax { $0 = $0.filter { $0.value.epoch == epoch && $0.value.caller.expiry > now } }
            // A full house of living tokens: the newcomer is verified each time, nobody is thrown out.
            guard $0.count < Self.tokensMax else { return }
            $0[digest] = Entry(caller: caller, epoch: epoch)
        }
    }

    var count: Int { entries.withLock(\.count) }
}
