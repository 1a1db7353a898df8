package import Foundation
package import RPC

extension DealMethods {
    package static let rounds = RPCMethod<Nothing, DealRoundList>(
        0x02E0, "deals.rounds", callers: [Peer.gateway], isIdempotent: true)
    package static let addRound = RPCMethod<NewDealRound, DealRound>(
        0x02E1, "deals.rounds.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateRound = RPCMethod<DealRoundPatch, DealRound>(
        0x02E2, "deals.rounds.update", callers: [Peer.gateway])
    package static let bids = RPCMethod<DealBidQuery, DealBidPage>(
        0x02E3, "deals.bids", callers: [Peer.gateway], isIdempotent: true)
    package static let addBid = RPCMethod<NewDealBid, DealBid>(
        0x02E4, "deals.bids.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateBid = RPCMethod<DealBidPatch, DealBid>(
        0x02E5, "deals.bids.update", callers: [Peer.gateway])
    package static let withdrawBid = RPCMethod<BidWithdrawal, DealBid>(
        0x02E6, "deals.bids.withdraw", callers: [Peer.gateway], deduplicates: true)
}

/// What bidders are asked for.
package enum DealRoundKind: String, Codable, Sendable, CaseIterable {
    /// Indications of interest: not binding, most often a range.
    case ioi
    /// Letters of intent.
    case loi
    case final
}

package enum DealRoundStatus: String, Codable, Sendable, CaseIterable { case open, closed }

/// A round of the sale: until when bids are due, and by which letter they were asked for.
package struct DealRound: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    /// 1, 2, 3 … on its deal.
    package var number: Int
    package var name: String
    package var kind: DealRoundKind
    package var bidsDueOn: BusinessDate?
    /// A document of the deal.
    package var processLetterId: UUID?
    /// A closed one takes no more bids.
    package var status: DealRoundStatus
    package var addedBy: UUID
    package var addedAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, number: Int, name: String, kind: DealRoundKind, status: DealRoundStatus, addedBy: UUID,
        addedAt: Instant, updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.number = number
        self.name = name
        self.kind = kind
        self.status = status
        self.addedBy = addedBy
        self.addedAt = addedAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What a round is opened from; it gets the next number of its deal.
package struct NewDealRound: Codable, Sendable, Hashable {
    package var name: String
    package var kind: DealRoundKind
    package var bidsDueOn: BusinessDate?
    package var processLetterId: UUID?

    package init(
        name: String, kind: DealRoundKind, bidsDueOn: BusinessDate? = nil, processLetterId: UUID? = nil
    ) {
        self.name = name
        self.kind = kind
        self.bidsDueOn = bidsDueOn
        self.processLetterId = processLetterId
    }
}

/// A JSON merge patch (RFC 7396) of a round.
package struct DealRoundPatch: Codable, Sendable, Hashable {
    package var name: Patch<String>?
    package var kind: Patch<DealRoundKind>?
    package var bidsDueOn: Patch<BusinessDate>?
    package var processLetterId: Patch<UUID>?
    package var status: Patch<DealRoundStatus>?

    package init() {}
}

/// All rounds of one deal, by their numbers.
package struct DealRoundList: Codable, Sendable {
    package var items: [DealRound]

    package init(items: [DealRound]) { self.items = items }
}

/// Of what a price is the price. Prices of different bases are never compared.
package enum BidBasis: String, Codable, Sendable, CaseIterable {
    case enterpriseValue = "enterprise_value"
    case equityValue = "equity_value"
    case perShare = "per_share"
}

/// One amount, or a range: then both ends, in one currency.
package struct BidPrice: Codable, Sendable, Hashable {
    package var point: Money?
    package var low, high: Money?
    package var basis: BidBasis

    package init(point: Money, basis: BidBasis) {
        self.point = point
        self.basis = basis
    }

    package init(low: Money, high: Money, basis: BidBasis) {
        self.low = low
        self.high = high
        self.basis = basis
    }
}

/// In what a bidder pays.
package enum BidPayment: String, Codable, Sendable, CaseIterable { case cash, stock, mix }

/// How sure the money of a bidder is.
package enum BidFinancing: String, Codable, Sendable, CaseIterable {
    case committed
    case highlyConfident = "highly_confident"
    /// The bid stands if the financing is found.
    case contingent
    case notFinanced = "none"
}

package enum DealBidStatus: String, Codable, Sendable, CaseIterable {
    /// The last one of its counterparty in its round.
    case current
    /// A newer one of the same counterparty in the same round took its place.
    case superseded
    case withdrawn
}

/// What a counterparty offered in a round.
package struct DealBid: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var counterpartyId: UUID
    package var counterpartyName: String
    /// The round's number.
    package var round: Int
    package var receivedOn: BusinessDate
    package var price: BidPrice
    package var form: BidPayment
    /// Of a mix.
    package var cashPercent: Percent?
    package var financing: BidFinancing
    package var conditions: String?
    package var exclusivityDays: Int?
    /// The last day on which it stands.
    package var expiresOn: BusinessDate?
    /// What the team gives it, 0 ... 100.
    package var score: Int?
    package var note: String?
    package var status: DealBidStatus
    /// The bid whose place it took.
    package var supersedes: UUID?
    package var withdrawnBy: UUID?
    package var withdrawnAt: Instant?
    package var withdrawalReason: String?
    package var addedBy: UUID
    package var addedAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, counterpartyId: UUID, counterpartyName: String, round: Int, receivedOn: BusinessDate,
        price: BidPrice, form: BidPayment, financing: BidFinancing, status: DealBidStatus, addedBy: UUID,
        addedAt: Instant, updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.counterpartyId = counterpartyId
        self.counterpartyName = counterpartyName
        self.round = round
        self.receivedOn = receivedOn
        self.price = price
        self.form = form
        self.financing = financing
        self.status = status
        self.addedBy = addedBy
        self.addedAt = addedAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What a bid is written down from.
package struct NewDealBid: Codable, Sendable, Hashable {
    package var counterpartyId: UUID
    /// The number of a round that is open.
    package var round: Int
    /// Today where it is left out.
    package var receivedOn: BusinessDate?
    package var price: BidPrice
    package var form: BidPayment
    package var cashPercent: Percent?
    package var financing: BidFinancing
    package var conditions: String?
    package var exclusivityDays: Int?
    package var expiresOn: BusinessDate?
    package var score: Int?
    package var note: String?

    package init(
        counterpartyId: UUID, round: Int, price: BidPrice, form: BidPayment = .cash,
        financing: BidFinancing = .committed
    ) {
        self.counterpartyId = counterpartyId
        self.round = round
        self.price = price
        self.form = form
        self.financing = financing
    }
}

/// A JSON merge patch (RFC 7396) of a bid, but that `price` takes the place of the whole price. Whose it is and in which
/// round stays: withdraw it and write down another.
package struct DealBidPatch: Codable, Sendable, Hashable {
    package var receivedOn: Patch<BusinessDate>?
    package var price: Patch<BidPrice>?
    package var form: Patch<BidPayment>?
    package var cashPercent: Patch<Percent>?
    package var financing: Patch<BidFinancing>?
    package var conditions: Patch<String>?
    package var exclusivityDays: Patch<Int>?
    package var expiresOn: Patch<BusinessDate>?
    package var score: Patch<Int>?
    package var note: Patch<String>?

    package init() {}
}

package struct BidWithdrawal: Codable, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// Asks for a page of the bids of a deal, the one written down last first; superseded and withdrawn ones are among them.
package struct DealBidQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    /// The number of a round.
    package var round: Int?

    package init(limit: Int? = nil, cursor: String? = nil, round: Int? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.round = round
    }
}

package struct DealBidPage: Codable, Sendable {
    package var items: [DealBid]
    package var nextCursor: String?

    package init(items: [DealBid], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
