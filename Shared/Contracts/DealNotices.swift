package import Foundation
package import RPC

extension DealMethods {
    /// What happens to the deals that the signed-in user may see, as it happens. Each event is checked against what he may
    /// see when it is sent.
    package static let notices = RPCStreamMethod<NoticesFrom, DealNotice>(
        0x020E, "deals.notices.watch", callers: [Peer.gateway])
}

/// Where a client's stream of notices begins.
package struct NoticesFrom: Codable, Sendable, Hashable {
    /// The sequence of the last notice that the client got; nil for what comes from now on.
    package var after: Int64?

    package init(after: Int64? = nil) { self.after = after }
}

/// What a notice tells.
package enum DealNoticeKind: String, Codable, Sendable {
    case event
    /// Something between the client's last notice and `sequence` can no longer be told: load afresh.
    case resync
    /// Nothing to tell; all up to `sequence` is told.
    case heartbeat
}

/// Ids only, never a name, a value or a change: who is told of an event fetches what he may see of it.
package struct DealNotice: Codable, Sendable, Hashable {
    /// Where to go on from; grows from notice to notice, but for a `resync`, which may go back.
    package var sequence: Int64
    package var kind: DealNoticeKind
    /// This and all below are there for an `event` alone. The event's id, as in the audit log.
    package var id: UUID?
    /// `deal.updated`, …: see `EventType`.
    package var type: String?
    package var dealId: UUID?
    /// The deal's version after the event.
    package var dealVersion: Int64?
    package var time: Instant?

    package init(
        sequence: Int64, kind: DealNoticeKind, id: UUID? = nil, type: String? = nil, dealId: UUID? = nil,
        dealVersion: Int64? = nil, time: Instant? = nil
    ) {
        self.sequence = sequence
        self.kind = kind
        self.id = id
        self.type = type
        self.dealId = dealId
        self.dealVersion = dealVersion
        self.time = time
    }
}
