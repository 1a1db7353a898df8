package import Foundation
package import RPC

extension DealMethods {
    package static let views = RPCMethod<DealViewQuery, DealViewPage>(
        0x0271, "deals.views", callers: [Peer.gateway], isIdempotent: true)
    package static let createView = RPCMethod<NewDealView, DealView>(
        0x0272, "deals.views.create", callers: [Peer.gateway], deduplicates: true)
    package static let view = RPCMethod<Nothing, DealView>(
        0x0273, "deals.views.get", callers: [Peer.gateway], isIdempotent: true)
    package static let updateView = RPCMethod<DealViewPatch, DealView>(
        0x0274, "deals.views.update", callers: [Peer.gateway])
    package static let removeView = RPCMethod<Nothing, Nothing>(
        0x0275, "deals.views.remove", callers: [Peer.gateway])
    package static let viewDeals = RPCMethod<ViewDealsQuery, DealPage>(
        0x0276, "deals.views.deals", callers: [Peer.gateway], isIdempotent: true)
}

/// Who sees a saved view: its owner, those who are on a deal's team with him at this moment, or everybody who reads
/// deals. Which deals it shows is decided for each reader.
package enum DealViewScope: String, Codable, Sendable, CaseIterable { case `private`, team, firm }

package enum DealViewLayout: String, Codable, Sendable, CaseIterable { case table, board }

/// What a column of a view shows: a member of the deal.
package enum DealViewColumn: String, Codable, Sendable, CaseIterable {
    case number, codeName, realName, type, stage, status, clientName, sector, country, description, value, probability,
        probabilitySource, confidentiality, conflictStatus, conflictExpiresOn, leadId, originatedOn,
        engagementLetterSignedOn, expectedCloseOn, closedOn, outcomeReason, nextStep, stageEnteredOn, createdAt,
        updatedAt, targetName, subSector, region, office, coverageGroup, source, priority, enterpriseValue, equityValue,
        valueBasis, stakeBps, forecastCategory, mandatedOn, signedOn, expectedAnnounceOn, announcedOn, nextMilestoneOn,
        reviewOn, lostTo, legalHold, retentionUntil, tags, customFields, lastActivityAt, deletedAt, deletedBy
}

/// What a view is made from.
package struct NewDealView: Codable, Sendable, Hashable {
    /// The owner has no other view of this name.
    package var name: String
    /// `private` when left out.
    package var scope: DealViewScope?
    package var filter: DealFilter?
    /// As in `DealQuery`.
    package var sort: String?
    /// In their order, each once; the usual ones when left out.
    package var columns: [DealViewColumn]?
    /// `table` when left out.
    package var layout: DealViewLayout?
    package var pinned: Bool?

    package init(
        name: String, scope: DealViewScope? = nil, filter: DealFilter? = nil, sort: String? = nil,
        columns: [DealViewColumn]? = nil, layout: DealViewLayout? = nil, pinned: Bool? = nil
    ) {
        self.name = name
        self.scope = scope
        self.filter = filter
        self.sort = sort
        self.columns = columns
        self.layout = layout
        self.pinned = pinned
    }
}

/// A JSON merge patch of a view, but that a filter is replaced as a whole. `null` brings back what a new view has.
package struct DealViewPatch: Codable, Sendable, Hashable {
    package var name: Patch<String>?
    package var scope: Patch<DealViewScope>?
    package var filter: Patch<DealFilter>?
    package var sort: Patch<String>?
    package var columns: Patch<[DealViewColumn]>?
    package var layout: Patch<DealViewLayout>?
    package var pinned: Patch<Bool>?

    package init() {}
}

/// A question about deals that somebody kept, and how its answer is shown.
package struct DealView: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var ownerId: UUID
    package var name: String
    package var scope: DealViewScope
    package var filter: DealFilter?
    package var sort: String
    package var columns: [DealViewColumn]
    package var layout: DealViewLayout
    package var pinned: Bool
    package var version: Int64
    package var createdAt: Instant
    package var updatedAt: Instant

    package var resourceID: String { id.text }

    package init(
        id: UUID, ownerId: UUID, name: String, scope: DealViewScope, filter: DealFilter?, sort: String,
        columns: [DealViewColumn], layout: DealViewLayout, pinned: Bool, version: Int64, createdAt: Instant,
        updatedAt: Instant
    ) {
        self.id = id
        self.ownerId = ownerId
        self.name = name
        self.scope = scope
        self.filter = filter
        self.sort = sort
        self.columns = columns
        self.layout = layout
        self.pinned = pinned
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Asks for a page of the caller's own views, his teams' and the firm's.
package struct DealViewQuery: Codable, Sendable {
    /// 1 ... 100, 100 when left out.
    package var limit: Int?
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of views, by name.
package struct DealViewPage: Codable, Sendable {
    package var items: [DealView]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [DealView], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// Asks for a page of a view's deals; filter and order are the view's.
package struct ViewDealsQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?
    package var count: Bool?

    package init(limit: Int? = nil, cursor: String? = nil, count: Bool? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.count = count
    }
}
