package import Foundation
package import RPC

extension DealMethods {
    package static let tail = RPCMethod<Nothing, DealTail>(
        0x02EB, "deals.tail", callers: [Peer.gateway], isIdempotent: true)
    package static let setTail = RPCMethod<NewDealTail, DealTail>(
        0x02EC, "deals.tail.set", callers: [Peer.gateway])
    package static let removeTail = RPCMethod<Nothing, Nothing>(
        0x02ED, "deals.tail.remove", callers: [Peer.gateway])
    package static let tails = RPCMethod<TailQuery, LiveTailPage>(
        0x02EE, "deals.tails", callers: [Peer.gateway], isIdempotent: true)
}

/// For how long after an engagement its fees are still owed when the client closes with somebody that we brought.
package struct DealTail: Codable, Sendable, Hashable, RPCResource {
    package var dealId: UUID
    package var months: Int
    /// Nil as long as the deal has not ended and no day was agreed: the tail begins with the day on which it is lost or
    /// withdrawn.
    package var startsOn: BusinessDate?
    /// The last day of it: so many months after its first day, or the last day of that month where it is shorter.
    package var endsOn: BusinessDate?
    /// Whether its first day was agreed, and not found by the end of the deal.
    package var startAgreed: Bool
    /// Whom it covers; nil for all counterparties of the deal.
    package var counterparties: [TailCounterparty]?
    package var addedBy: UUID
    package var addedAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { dealId.text }

    package init(
        dealId: UUID, months: Int, startsOn: BusinessDate?, endsOn: BusinessDate?, startAgreed: Bool,
        counterparties: [TailCounterparty]?, addedBy: UUID, addedAt: Instant, updatedAt: Instant, version: Int64
    ) {
        self.dealId = dealId
        self.months = months
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.startAgreed = startAgreed
        self.counterparties = counterparties
        self.addedBy = addedBy
        self.addedAt = addedAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

package struct TailCounterparty: Codable, Sendable, Hashable {
    package var id: UUID
    package var name: String

    package init(id: UUID, name: String) {
        self.id = id
        self.name = name
    }
}

/// The whole tail, as it was agreed.
package struct NewDealTail: Codable, Sendable, Hashable {
    /// 1 ... 60
    package var months: Int
    /// The day on which the deal ended, or will, where it is left out.
    package var startsOn: BusinessDate?
    /// 1 ... 200 counterparties of the deal; all of them where it is left out.
    package var counterpartyIds: [UUID]?

    package init(months: Int, startsOn: BusinessDate? = nil, counterpartyIds: [UUID]? = nil) {
        self.months = months
        self.startsOn = startsOn
        self.counterpartyIds = counterpartyIds
    }
}

/// Asks for a page of the tails that run today, over all deals that the caller may see, the one that ends next first.
package struct TailQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    /// Days from today, 0 ... 3660; any end when left out.
    package var endsWithin: Int?

    package init(limit: Int? = nil, cursor: String? = nil, endsWithin: Int? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.endsWithin = endsWithin
    }
}

package struct LiveTailPage: Codable, Sendable {
    package var items: [LiveTail]
    package var nextCursor: String?

    package init(items: [LiveTail], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

package struct LiveTail: Codable, Sendable, Hashable {
    package var dealId: UUID
    package var dealNumber: String
    package var dealCodeName: String
    package var status: DealStatus
    package var months: Int
    package var startsOn: BusinessDate
    package var endsOn: BusinessDate
    /// How many counterparties it names; nil where it covers all.
    package var counterparties: Int?

    package init(
        dealId: UUID, dealNumber: String, dealCodeName: String, status: DealStatus, months: Int,
        startsOn: BusinessDate, endsOn: BusinessDate, counterparties: Int?
    ) {
        self.dealId = dealId
        self.dealNumber = dealNumber
        self.dealCodeName = dealCodeName
        self.status = status
        self.months = months
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.counterparties = counterparties
    }
}
