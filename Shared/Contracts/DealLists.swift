package import Foundation
package import RPC

extension DealMethods {
    package static let list = RPCMethod<DealQuery, DealPage>(
        0x0203, "deals.list", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks for a page of the deals that the caller may see; every filter that is set must hold.
package struct DealQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    /// `-updatedAt` (when left out), `updatedAt`, `codeName`, `-codeName`, `number`, `-number`.
    package var sort: String?
    /// Part of a code name, number, client or target, in any case.
    package var q: String?
    package var type: DealType?
    package var stage: String?
    package var status: DealStatus?
    package var lead: UUID?
    package var tag: String?
    /// `only` lists deleted deals that the caller could restore, and no others.
    package var deleted: DeletedFilter?
    package var count: Bool?

    package init(
        limit: Int? = nil, cursor: String? = nil, sort: String? = nil, q: String? = nil, type: DealType? = nil,
        stage: String? = nil, status: DealStatus? = nil, lead: UUID? = nil, tag: String? = nil,
        deleted: DeletedFilter? = nil, count: Bool? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.sort = sort
        self.q = q
        self.type = type
        self.stage = stage
        self.status = status
        self.lead = lead
        self.tag = tag
        self.deleted = deleted
        self.count = count
    }
}

package enum DeletedFilter: String, Codable, Sendable, CaseIterable { case only }

/// One page; may hold fewer than `limit` deals though there are more.
package struct DealPage: Codable, Sendable {
    package var items: [Deal]
    /// Nil on the last page.
    package var nextCursor: String?
    /// Present when `count=true`: how many deals the caller may see that fit the filters.
    package var total: Int?

    package init(items: [Deal], nextCursor: String?, total: Int?) {
        self.items = items
        self.nextCursor = nextCursor
        self.total = total
    }
}
