package import RPC

/// What a consumer could not take in; the same on every service that takes in events.
extension EventMethods {
    package static let deadLetters = RPCMethod<DeadLetterQuery, DeadLetterList>(
        0x0015, "events.deadLetters", callers: [Peer.operator], isIdempotent: true)
    package static let redrive = RPCMethod<RedriveRequest, RedriveResult>(
        0x0016, "events.redrive", callers: [Peer.operator])
    package static let skip = RPCMethod<SkipRequest, Nothing>(0x0017, "events.skip", callers: [Peer.operator])
}

package struct DeadLetterQuery: Codable, Sendable, Hashable {
    /// The producer whose events they are.
    package var source: String
    package var group: String
    /// Letters behind this number; from the first when left out.
    package var after: Int64?
    /// 1 ... 200, 100 when left out.
    package var limit: Int?

    package init(source: String, group: String, after: Int64? = nil, limit: Int? = nil) {
        self.source = source
        self.group = group
        self.after = after
        self.limit = limit
    }
}

package struct DeadLetterList: Codable, Sendable, Hashable {
    package var items: [DeadLetter]
    /// Of this group and source, in all.
    package var total: Int

    package init(items: [DeadLetter], total: Int) {
        self.items = items
        self.total = total
    }
}

/// An event that was not taken in. Without its content: `events.read` of the producer has that.
package struct DeadLetter: Codable, Sendable, Hashable {
    package var sequence: Int64
    package var aggregate: String
    /// 0 when it only waits behind an earlier one of the same aggregate.
    package var attempts: Int
    package var error: String
    package var firstAt: Instant

    package init(sequence: Int64, aggregate: String, attempts: Int, error: String, firstAt: Instant) {
        self.sequence = sequence
        self.aggregate = aggregate
        self.attempts = attempts
        self.error = error
        self.firstAt = firstAt
    }
}

/// Tries once more, in order; an aggregate whose first letter fails again stays parked, the others go on.
package struct RedriveRequest: Codable, Sendable, Hashable {
    package var source: String
    package var group: String
    /// Nil for all of them.
    package var aggregate: String?
    /// Letters that one call looks at, 1 ... 500; 100 when left out.
    package var limit: Int?
    /// Letters behind this number, for the next call of many.
    package var after: Int64?

    package init(source: String, group: String, aggregate: String? = nil, limit: Int? = nil, after: Int64? = nil) {
        self.source = source
        self.group = group
        self.aggregate = aggregate
        self.limit = limit
        self.after = after
    }
}

package struct RedriveResult: Codable, Sendable, Hashable {
    package var redriven: Int
    /// Letters that failed again, by the aggregates that they hold up.
    package var failed: [DeadLetter]
    /// Letters of this group and source that are left.
    package var left: Int
    /// Where the next call goes on; nil when all were looked at.
    package var next: Int64?

    package init(redriven: Int, failed: [DeadLetter], left: Int, next: Int64?) {
        self.redriven = redriven
        self.failed = failed
        self.left = left
        self.next = next
    }
}

/// Passes over one letter for good.
package struct SkipRequest: Codable, Sendable, Hashable {
    package var source: String
    package var group: String
    package var sequence: Int64
    /// Why: 1 ... 500 characters, kept in the log.
    package var reason: String

    package init(source: String, group: String, sequence: Int64, reason: String) {
        self.source = source
        self.group = group
        self.sequence = sequence
        self.reason = reason
    }
}
