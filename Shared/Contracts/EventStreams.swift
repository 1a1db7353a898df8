package import Foundation
package import RPC

/// How services and the operator follow a producer's outbox; the same on every service that has one.
extension EventMethods {
    package static let subscribe = RPCStreamMethod<EventSubscription, EventBatch>(
        0x0011, "events.subscribe", callers: [Peer.audit, Peer.health, Peer.relay, Peer.operator])
    package static let acknowledge = RPCMethod<EventAcknowledgement, Nothing>(
        0x0012, "events.acknowledge", callers: [Peer.audit, Peer.health, Peer.relay], isIdempotent: true)
    package static let groups = RPCMethod<Nothing, EventGroupList>(
        0x0013, "events.groups", callers: [Peer.operator], isIdempotent: true)
    package static let read = RPCMethod<EventRead, EventBatch>(
        0x0014, "events.read", callers: [Peer.operator], isIdempotent: true)
}

/// Where a stream of events begins, and for whom it is. What is in flight is bounded by the RPC's credit: so many batches as
/// the reader granted, of at most `limit` events each.
package struct EventSubscription: Codable, Sendable, Hashable {
    /// `deals` or `users`; nil for both.
    package var topic: String?
    /// The group of consumers that this reader works for: 1 to 64 of a-z, 0-9, `-`. Events are kept until all groups have
    /// acknowledged them. Nil for somebody who only looks.
    package var group: String?
    /// Events after this number. With neither this nor `from`: from the oldest that there is.
    package var after: Int64?
    /// From the first event of this instant or later. Not together with `after`.
    package var from: Instant?
    /// Events in one batch, 1 ... 500; 250 when left out.
    package var limit: Int?
    /// True for the bytes of each event as they are stored: for who could not read them as events.
    package var raw: Bool?

    package init(
        topic: String? = nil, group: String? = nil, after: Int64? = nil, from: Instant? = nil, limit: Int? = nil,
        raw: Bool? = nil
    ) {
        self.topic = topic
        self.group = group
        self.after = after
        self.from = from
        self.limit = limit
        self.raw = raw
    }
}

/// Asks once for what came after a number, without waiting.
package struct EventRead: Codable, Sendable, Hashable {
    package var topic: String?
    package var after: Int64?
    package var from: Instant?
    package var limit: Int?
    package var raw: Bool?

    package init(
        topic: String? = nil, after: Int64? = nil, from: Instant? = nil, limit: Int? = nil, raw: Bool? = nil
    ) {
        self.topic = topic
        self.after = after
        self.from = from
        self.limit = limit
        self.raw = raw
    }
}

/// Events in the order of their commits; none in a heartbeat, which comes at once and after a quiet time.
package struct EventBatch: Codable, Sendable {
    package var events: [EventDelivery]
    /// All up to this number is in this batch or in earlier ones, or of another topic.
    package var through: Int64
    /// The newest number that the producer has: with `through` it tells how far behind the reader is.
    package var newest: Int64

    package init(events: [EventDelivery], through: Int64, newest: Int64) {
        self.events = events
        self.through = through
        self.newest = newest
    }
}

/// One event on its way: `event`, or `raw` and `aggregate` where that was asked for.
package struct EventDelivery: Codable, Sendable {
    package var sequence: Int64
    package var event: Event?
    /// The id of what changed.
    package var aggregate: String?
    /// The event as it is stored.
    package var raw: Data?

    package init(sequence: Int64, event: Event? = nil, aggregate: String? = nil, raw: Data? = nil) {
        self.sequence = sequence
        self.event = event
        self.aggregate = aggregate
        self.raw = raw
    }
}

/// How far a group's effects are on its disk; at most one a second.
package struct EventAcknowledgement: Codable, Sendable, Hashable {
    package var group: String
    package var sequence: Int64

    package init(group: String, sequence: Int64) {
        self.group = group
        self.sequence = sequence
    }
}

/// What a producer knows of those who read its events.
package struct EventGroupList: Codable, Sendable, Hashable {
    package var items: [EventGroup]
    /// The number of the oldest event that there is.
    package var first: Int64
    package var newest: Int64

    package init(items: [EventGroup], first: Int64, newest: Int64) {
        self.items = items
        self.first = first
        self.newest = newest
    }
}

package struct EventGroup: Codable, Sendable, Hashable {
    package var name: String
    package var acknowledged: Int64
    /// Events after `acknowledged`.
    package var behind: Int64
    /// Since when the oldest of them waits, in milliseconds; 0 when there is none.
    package var behindMilliseconds: Int64
    package var heardAt: Instant
    /// False when it was silent for so long that events are deleted without it.
    package var holdsEvents: Bool

    package init(
        name: String, acknowledged: Int64, behind: Int64, behindMilliseconds: Int64, heardAt: Instant,
        holdsEvents: Bool
    ) {
        self.name = name
        self.acknowledged = acknowledged
        self.behind = behind
        self.behindMilliseconds = behindMilliseconds
        self.heardAt = heardAt
        self.holdsEvents = holdsEvents
    }
}
