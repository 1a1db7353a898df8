import Synchronization

/// Which budget a route draws from, beside the one that every address has.
enum LimitClass: String, Sendable, CaseIterable {
    case standard
    /// Guessing passwords and set-up tokens must be slow.
    case signIn = "sign-in"
    case refresh
}

/// Counts requests by key, each key under one rate. Holds at most `keysMax` keys: when full, those whose bucket is full
/// again are dropped; while there are none, new keys share one bucket rather than going uncounted.
final class RateLimiter: Sendable {
    static let keysMax = 100_000
    private static let shardCount = 16
    private static let sharedKey = ""

    let name: String
    let rate: GCRA
    private let shards: [Shard]

    private struct Keys {
        var tats: [String: Int64] = [:]
        /// Looking for buckets to drop costs a walk over all, so it is done once a second at most.
        var nextSweep: Int64 = 0
    }

    private final class Shard: Sendable {
        let keys = Mutex(Keys())
    }

    init(_ name: String, _ rate: GCRA) {
        self.name = name
        self.rate = rate
        shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// - Parameter now: nanoseconds on a monotonic clock.
    func decide(_ key: String, now: Int64) -> GCRA.Decision {
        let shard = shards[Int(UInt(bitPattern: key.hashValue) % UInt(Self.shardCount))]
        return shard.keys.withLock { keys in
            var key = key
            if keys.tats[key] == nil, keys.tats.count >= Self.keysMax / Self.shardCount {
                if now >= keys.nextSweep {
                    keys.tats = keys.tats.filter { $0.value > now }
                    keys.nextSweep = now + 1_000_000_000
                }
                if keys.tats.count >= Self.keysMax / Self.shardCount { key = Self.sharedKey }
            }
            let decision = rate.decide(tat: keys.tats[key] ?? 0, now: now)
            if case .admitted(let tat, _, _) = decision { keys.tats[key] = tat }
            return decision
        }
    }

    var keyCount: Int { shards.reduce(0) { $0 + $1.keys.withLock(\.tats.count) } }
}
