package import Foundation
package import RPC

extension DealMethods {
    package static let activities = RPCMethod<DealActivityQuery, DealActivityPage>(
        0x0210, "deals.activities", callers: [Peer.gateway], isIdempotent: true)
    package static let addActivity = RPCMethod<NewDealActivity, DealActivity>(
        0x0211, "deals.activities.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateActivity = RPCMethod<DealActivityPatch, DealActivity>(
        0x0212, "deals.activities.update", callers: [Peer.gateway])
    package static let removeActivity = RPCMethod<Nothing, Nothing>(
        0x0213, "deals.activities.remove", callers: [Peer.gateway])
}

/// What somebody did or wrote down.
package enum ActivityKind: String, Codable, Sendable, CaseIterable { case note, call, meeting, email }

/// Something that was done on a deal, in the words of whoever wrote it down.
package struct DealActivity: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var kind: ActivityKind
    package var subject: String?
    /// Markdown, as it was typed: whoever shows it makes it safe.
    package var text: String
    /// Who took part, by name: many of them are no users.
    package var participants: [String]
    package var occurredAt: Instant
    package var createdBy: UUID
    package var createdAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, kind: ActivityKind, subject: String?, text: String, participants: [String], occurredAt: Instant,
        createdBy: UUID, createdAt: Instant, updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.text = text
        self.participants = participants
        self.occurredAt = occurredAt
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What an activity is written down from.
package struct NewDealActivity: Codable, Sendable, Hashable {
    package var kind: ActivityKind
    package var subject: String?
    package var text: String
    package var participants: [String]?
    /// Now when left out; not in the future.
    package var occurredAt: Instant?

    package init(
        kind: ActivityKind, subject: String? = nil, text: String, participants: [String]? = nil,
        occurredAt: Instant? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.text = text
        self.participants = participants
        self.occurredAt = occurredAt
    }
}

/// A JSON merge patch (RFC 7396) of an activity; `participants` are replaced as a whole.
package struct DealActivityPatch: Codable, Sendable, Hashable {
    package var kind: Patch<ActivityKind>?
    package var subject: Patch<String>?
    package var text: Patch<String>?
    package var participants: Patch<[String]>?
    package var occurredAt: Patch<Instant>?

    package init() {}
}

/// Asks for a page of a deal's activities, the latest first.
package struct DealActivityQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out. A page of long texts ends earlier.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    package var kind: ActivityKind?

    package init(limit: Int? = nil, cursor: String? = nil, kind: ActivityKind? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.kind = kind
    }
}

package struct DealActivityPage: Codable, Sendable {
    package var items: [DealActivity]
    package var nextCursor: String?

    package init(items: [DealActivity], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
