package import Foundation
package import RPC

extension DealMethods {
    package static let listEntries = RPCMethod<ListEntryQuery, ListEntryPage>(
        0x02F0, "deals.lists", callers: [Peer.gateway], isIdempotent: true)
    package static let addListEntry = RPCMethod<NewListEntry, ListEntry>(
        0x02F1, "deals.lists.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateListEntry = RPCMethod<ListEntryPatch, ListEntry>(
        0x02F2, "deals.lists.update", callers: [Peer.gateway])
    package static let liftListEntry = RPCMethod<ListEntryLift, ListEntry>(
        0x02F3, "deals.lists.lift", callers: [Peer.gateway])
}

/// The lists of the control room.
package enum ControlList: String, Codable, Sendable, CaseIterable {
    /// Watched in silence: nobody outside of the control room is told of a hit.
    case watch
    /// The firm does not go further with it unless the control room has decided.
    case restricted
    case doNotContact = "do_not_contact"
}

/// An organization, or a name, on a list.
package struct ListEntry: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var list: ControlList
    package var organizationId: UUID?
    package var name: String
    package var reason: String
    /// Why: withheld from who may not read the deal.
    package var dealId: UUID?
    package var from: BusinessDate
    /// The last day on which it holds; nil without an end.
    package var to: BusinessDate?
    /// Whether it holds today.
    package var active: Bool
    package var placedBy: UUID
    package var placedAt: Instant
    package var liftedBy: UUID?
    package var liftedAt: Instant?
    package var liftReason: String?
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, list: ControlList, organizationId: UUID?, name: String, reason: String, dealId: UUID?,
        from: BusinessDate, to: BusinessDate?, active: Bool, placedBy: UUID, placedAt: Instant, liftedBy: UUID? = nil,
        liftedAt: Instant? = nil, liftReason: String? = nil, version: Int64
    ) {
        self.id = id
        self.list = list
        self.organizationId = organizationId
        self.name = name
        self.reason = reason
        self.dealId = dealId
        self.from = from
        self.to = to
        self.active = active
        self.placedBy = placedBy
        self.placedAt = placedAt
        self.liftedBy = liftedBy
        self.liftedAt = liftedAt
        self.liftReason = liftReason
        self.version = version
    }
}

/// Puts somebody on a list: exactly one of an organization of the directory, and a name.
package struct NewListEntry: Codable, Sendable, Hashable {
    package var organizationId: UUID?
    package var name: String?
    package var reason: String
    /// Id or number of the deal that it is for.
    package var deal: String?
    /// Today when left out.
    package var from: BusinessDate?
    package var to: BusinessDate?

    package init(
        organizationId: UUID? = nil, name: String? = nil, reason: String, deal: String? = nil,
        from: BusinessDate? = nil, to: BusinessDate? = nil
    ) {
        self.organizationId = organizationId
        self.name = name
        self.reason = reason
        self.deal = deal
        self.from = from
        self.to = to
    }
}

/// A JSON merge patch (RFC 7396) of an entry. Who it is about stays: lift it and place another.
package struct ListEntryPatch: Codable, Sendable, Hashable {
    package var reason: Patch<String>?
    package var from: Patch<BusinessDate>?
    package var to: Patch<BusinessDate>?

    package init() {}
}

/// Why an entry is lifted.
package struct ListEntryLift: Codable, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// Asks for a page of a list, the newest entry first.
package struct ListEntryQuery: Codable, Sendable {
    /// Those that hold today, or those that do not; all when left out.
    package var active: Bool?
    /// How a name begins.
    package var q: String?
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(active: Bool? = nil, q: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.active = active
        self.q = q
        self.limit = limit
        self.cursor = cursor
    }
}

package struct ListEntryPage: Codable, Sendable {
    package var items: [ListEntry]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [ListEntry], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
