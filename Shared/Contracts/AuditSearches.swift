package import Foundation
package import RPC

extension AuditMethods {
    package static let searches = RPCMethod<AuditSearchQuery, AuditSearchPage>(
        0x0320, "audit.searches", callers: [Peer.gateway], isIdempotent: true)
    package static let createSearch = RPCMethod<NewAuditSearch, AuditSearch>(
        0x0321, "audit.searches.create", callers: [Peer.gateway])
    package static let search = RPCMethod<Nothing, AuditSearch>(
        0x0322, "audit.searches.get", callers: [Peer.gateway], isIdempotent: true)
    package static let updateSearch = RPCMethod<AuditSearchPatch, AuditSearch>(
        0x0323, "audit.searches.update", callers: [Peer.gateway])
    package static let removeSearch = RPCMethod<Nothing, Nothing>(
        0x0324, "audit.searches.remove", callers: [Peer.gateway])
    package static let dealTimeline = RPCMethod<AuditTimelineQuery, AuditPage>(
        0x032C, "audit.deals.timeline", callers: [Peer.gateway], isIdempotent: true)
    package static let userTimeline = RPCMethod<AuditTimelineQuery, AuditPage>(
        0x032D, "audit.users.timeline", callers: [Peer.gateway], isIdempotent: true)
}

/// What to look for in the log; everything that is set must hold. See `AuditQuery` for each.
package struct AuditFilter: Codable, Sendable, Hashable {
    package var q: String?
    package var type: String?
    package var actor: String?
    package var subject: String?
    package var subjectKind: String?
    package var outcome: EventOutcome?
    package var address: String?
    package var requestId: String?
    package var traceId: String?
    package var field: String?
    package var source: String?
    package var from: Instant?
    package var to: Instant?

    package init(
        q: String? = nil, type: String? = nil, actor: String? = nil, subject: String? = nil,
        subjectKind: String? = nil, outcome: EventOutcome? = nil, address: String? = nil, requestId: String? = nil,
        traceId: String? = nil, field: String? = nil, source: String? = nil, from: Instant? = nil, to: Instant? = nil
    ) {
        self.q = q
        self.type = type
        self.actor = actor
        self.subject = subject
        self.subjectKind = subjectKind
        self.outcome = outcome
        self.address = address
        self.requestId = requestId
        self.traceId = traceId
        self.field = field
        self.source = source
        self.from = from
        self.to = to
    }
}

/// Asks for a page of what happened to one deal, or of what one person did and what was done to him.
package struct AuditTimelineQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?
    /// `seq` (oldest first) or `-seq` (newest first, when left out).
    package var sort: String?
    /// Included.
    package var from: Instant?
    /// Not included.
    package var to: Instant?

    package init(
        limit: Int? = nil, cursor: String? = nil, sort: String? = nil, from: Instant? = nil, to: Instant? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.sort = sort
        self.from = from
        self.to = to
    }
}

/// What a saved search is made from.
package struct NewAuditSearch: Codable, Sendable, Hashable {
    /// The owner has no other search of this name.
    package var name: String
    /// Whether all of compliance sees it; false when left out.
    package var shared: Bool?
    package var filter: AuditFilter

    package init(name: String, shared: Bool? = nil, filter: AuditFilter) {
        self.name = name
        self.shared = shared
        self.filter = filter
    }
}

/// A JSON merge patch of a saved search, but that a filter is replaced as a whole.
package struct AuditSearchPatch: Codable, Sendable, Hashable {
    package var name: Patch<String>?
    package var shared: Patch<Bool>?
    package var filter: Patch<AuditFilter>?

    package init() {}
}

/// A question about the log that an officer kept for himself, or for all of compliance. Its owner alone changes it.
package struct AuditSearch: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var ownerId: UUID
    package var name: String
    package var shared: Bool
    package var filter: AuditFilter
    package var version: Int64
    package var createdAt: Instant
    package var updatedAt: Instant

    package var resourceID: String { id.text }

    package init(
        id: UUID, ownerId: UUID, name: String, shared: Bool, filter: AuditFilter, version: Int64, createdAt: Instant,
        updatedAt: Instant
    ) {
        self.id = id
        self.ownerId = ownerId
        self.name = name
        self.shared = shared
        self.filter = filter
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Asks for a page of the caller's own searches and those that others share.
package struct AuditSearchQuery: Codable, Sendable {
    /// 1 ... 100, 100 when left out.
    package var limit: Int?
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of saved searches, the oldest first.
package struct AuditSearchPage: Codable, Sendable {
    package var items: [AuditSearch]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [AuditSearch], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
