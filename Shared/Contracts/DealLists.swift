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
    /// Up to three of `DealSortField` with commas between them, `-` before one turns it round; `-updatedAt` when left out.
    package var sort: String?
    package var count: Bool?
    /// `only` lists deleted deals that the caller could restore, and no others.
    package var deleted: DeletedFilter?
    /// Names of members with commas between them: only these are answered.
    package var fields: String?
    /// Of `team` and `counterparties`, with a comma between them: they come with the page.
    package var include: String?
    /// Stand beside the other members.
    package var filters: DealFilters

    package init(
        limit: Int? = nil, cursor: String? = nil, sort: String? = nil, q: String? = nil, type: DealType? = nil,
        stage: String? = nil, status: DealStatus? = nil, lead: UUID? = nil, tag: String? = nil,
        deleted: DeletedFilter? = nil, count: Bool? = nil, fields: String? = nil, include: String? = nil,
        filters: DealFilters = DealFilters()
    ) {
        self.limit = limit
        self.cursor = cursor
        self.sort = sort
        self.count = count
        self.deleted = deleted
        self.fields = fields
        self.include = include
        self.filters = filters
        if let q { self.filters.q = q }
        if let type { self.filters.type = [type] }
        if let stage { self.filters.stage = [stage] }
        if let status { self.filters.status = [status] }
        if let lead { self.filters.lead = [lead.text] }
        if let tag { self.filters.tag = [tag] }
    }

    private enum CodingKeys: String, CodingKey { case limit, cursor, sort, count, deleted, fields, include }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit)
        cursor = try container.decodeIfPresent(String.self, forKey: .cursor)
        sort = try container.decodeIfPresent(String.self, forKey: .sort)
        count = try container.decodeIfPresent(Bool.self, forKey: .count)
        deleted = try container.decodeIfPresent(DeletedFilter.self, forKey: .deleted)
        fields = try container.decodeIfPresent(String.self, forKey: .fields)
        include = try container.decodeIfPresent(String.self, forKey: .include)
        filters = try DealFilters(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(limit, forKey: .limit)
        try container.encodeIfPresent(cursor, forKey: .cursor)
        try container.encodeIfPresent(sort, forKey: .sort)
        try container.encodeIfPresent(count, forKey: .count)
        try container.encodeIfPresent(deleted, forKey: .deleted)
        try container.encodeIfPresent(fields, forKey: .fields)
        try container.encodeIfPresent(include, forKey: .include)
        try filters.encode(to: encoder)
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
    /// Present when `include` asks for it: one for each deal of the page.
    package var included: [DealInclusion]?

    package init(items: [Deal], nextCursor: String?, total: Int?) {
        self.items = items
        self.nextCursor = nextCursor
        self.total = total
    }
}

/// What comes with a deal of a page, at most a hundred of each.
package struct DealInclusion: Codable, Sendable {
    package var dealId: UUID
    package var team: [TeamMember]?
    package var counterparties: [Counterparty]?

    package init(dealId: UUID) { self.dealId = dealId }
}
