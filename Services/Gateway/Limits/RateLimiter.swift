import Synchronization

/// Counts requests by key, each key under one rate. Holds at most `keysMax` keys: when full, those whose bucket is full
/// again are dropped; while there are none, new keys share one bucket rather than going uncounted.
final class RateLimiter: Sendable {
    static let keysMax = 100_000
    private static let shardBits = 4
    private static let shardKeysMax = keysMax >> shardBits

    /// What holds at a time: the rate, and how clients are told of it.
    final class Terms: Sendable {
        let rate: GCRA
        /// `"user";q=100;w=2`
        let policy: [UInt8]

        init(_ name: String, _ rate: GCRA) {
            self.rate = rate
            policy = Array("\"\(name)\";q=\(rate.burst);w=\(rate.windowSeconds)".utf8)
        }
    }

    struct Taken: Sendable {
        let terms: Terms
        let decision: GCRA.Decision
        /// Nil when refused.
        let receipt: Receipt?
    }

    struct Receipt: Sendable {
        fileprivate let ofBucket: Bucket.Receipt
        /// Taken from what the keys that find no room share.
        fileprivate let isShared: Bool
    }

    private struct Keys {
        var terms: Terms
        var buckets: [LimitKey: Bucket] = [:]
        var shared = Bucket(now: 0)
        /// Threads read the clock before they get the lock; here time does not run backwards.
        var latest: Int64 = 0
        /// Looking for buckets to drop costs a walk over all, so it is done once a second at most.
        var nextSweep: Int64 = 0

        mutating func advance(to now: Int64) -> Int64 {
            latest = max(latest, now)
            return latest
        }

        mutating func hasRoom(for key: LimitKey, _ now: Int64) -> Bool {
            guard buckets.count >= RateLimiter.shardKeysMax else { return true }
            if buckets[key] != nil { return true }
            guard now >= nextSweep else { return false }
            nextSweep = now + 1_000_000_000
            buckets = buckets.filter { $0.value.tat > now }
            return buckets.count < RateLimiter.shardKeysMax
        }
    }

    private final class Shard: Sendable {
        let keys: Mutex<Keys>
        init(_ terms: Terms) { keys = Mutex(Keys(terms: terms)) }
    }

    let name: String
    /// `"user"`
    let item: [UInt8]
    /// What the settings say; a policy file may say something else for a time.
    let standard: GCRA
    private let shards: [Shard]
    /// Secret, so that nobody can choose addresses that all fall into one shard.
    private let seed = UInt64.random(in: .min ... .max)

    init(_ name: String, _ rate: GCRA) {
        self.name = name
        item = Array("\"\(name)\"".utf8)
        standard = rate
        let terms = Terms(name, rate)
        shards = (0..<1 << Self.shardBits).map { _ in Shard(terms) }
    }

    /// - Parameter now: nanoseconds on a monotonic clock.
    func take(_ key: LimitKey, now: Int64) -> Taken {
        shard(key).keys.withLock { keys in
            let now = keys.advance(to: now)
            let isShared = !keys.hasRoom(for: key, now)
            let (decision, receipt) =
                isShared
                ? keys.shared.take(keys.terms.rate, now: now)
                : keys.buckets[key, default: Bucket(now: now)].take(keys.terms.rate, now: now)
            return Taken(
                terms: keys.terms, decision: decision,
                receipt: receipt.map { Receipt(ofBucket: $0, isShared: isShared) })
        }
    }

    /// What `take` would say.
    func look(_ key: LimitKey, now: Int64) -> Taken {
        shard(key).keys.withLock { keys in
            let now = keys.advance(to: now)
            var bucket = keys.hasRoom(for: key, now) ? keys.buckets[key] ?? Bucket(now: now) : keys.shared
            return Taken(terms: keys.terms, decision: bucket.take(keys.terms.rate, now: now).0, receipt: nil)
        }
    }

    func giveBack(_ key: LimitKey, _ receipt: Receipt, now: Int64) {
        shard(key).keys.withLock { keys in
            let now = keys.advance(to: now)
            if receipt.isShared {
                keys.shared.giveBack(receipt.ofBucket, keys.terms.rate, now: now)
            } else {
                keys.buckets[key]?.giveBack(receipt.ofBucket, keys.terms.rate, now: now)
            }
        }
    }

    func terms(for key: LimitKey) -> Terms { shard(key).keys.withLock { $0.terms } }

    /// Counts go on under the new rate.
    /// - Parameter rate: nil for what the settings say.
    func change(to rate: GCRA?, now: Int64) {
        let terms = Terms(name, rate ?? standard)
        for shard in shards {
            shard.keys.withLock { keys in
                let now = keys.advance(to: now)
                keys.terms = terms
                keys.shared.clip(to: terms.rate, now: now)
                for index in keys.buckets.values.indices {
                    keys.buckets.values[index].clip(to: terms.rate, now: now)
                }
            }
        }
    }

    var rate: GCRA { shards[0].keys.withLock { $0.terms.rate } }
    var keyCount: Int { shards.reduce(0) { $0 + $1.keys.withLock(\.buckets.count) } }

    private func shard(_ key: LimitKey) -> Shard {
        let mixed = ((key.high ^ seed) &* 0x9E37_79B9_7F4A_7C15 ^ key.low) &* 0xD6E8_FEB8_6659_FD93
        return shards[Int(mixed >> UInt64(64 - Self.shardBits))]
    }
}
