package import Foundation
package import RPC

extension DealMethods {
    package static let bidGrid = RPCMethod<BidGridQuery, BidGrid>(
        0x02E7, "deals.bids.grid", callers: [Peer.gateway], isIdempotent: true)
    /// The head first, then the bytes of the file to the end.
    package static let bidGridFile = RPCStreamMethod<BidGridQuery, CSVPart>(
        0x02E8, "deals.bids.grid.csv", callers: [Peer.gateway], isFinite: true)
}

package struct BidGridQuery: Codable, Sendable {
    /// The number of the one round that is shown; all when left out.
    package var round: Int?
    /// ISO 4217: what bids are ranked in. The currency of the deal's value when left out, or else of its first bid.
    package var convertTo: String?

    package init(round: Int? = nil, convertTo: String? = nil) {
        self.round = round
        self.convertTo = convertTo
    }
}

/// The current bids of a deal side by side.
package struct BidGrid: Codable, Sendable, Hashable {
    /// What bids are ranked in; nil where there is none.
    package var currency: String?
    package var rounds: [BidGridRound]
    /// One for each counterparty with a bid that is shown, by name.
    package var rows: [BidGridRow]

    package init(currency: String?, rounds: [BidGridRound], rows: [BidGridRow]) {
        self.currency = currency
        self.rounds = rounds
        self.rows = rows
    }
}

package struct BidGridRound: Codable, Sendable, Hashable {
    package var round: Int
    package var name: String
    package var kind: DealRoundKind
    package var status: DealRoundStatus
    package var rankings: [BidRanking]
    /// Bids that no rate of their day leads to the currency of the ranking: they have no rank.
    package var unconverted: [UUID]

    package init(
        round: Int, name: String, kind: DealRoundKind, status: DealRoundStatus, rankings: [BidRanking],
        unconverted: [UUID]
    ) {
        self.round = round
        self.name = name
        self.kind = kind
        self.status = status
        self.rankings = rankings
        self.unconverted = unconverted
    }
}

/// The bids of one round whose prices are of one basis.
package struct BidRanking: Codable, Sendable, Hashable {
    package var basis: BidBasis
    /// The best first.
    package var bidIds: [UUID]

    package init(basis: BidBasis, bidIds: [UUID]) {
        self.basis = basis
        self.bidIds = bidIds
    }
}

package struct BidGridRow: Codable, Sendable, Hashable {
    package var counterpartyId: UUID
    package var counterpartyName: String
    /// By round; at most one for each.
    package var bids: [BidGridCell]

    package init(counterpartyId: UUID, counterpartyName: String, bids: [BidGridCell]) {
        self.counterpartyId = counterpartyId
        self.counterpartyName = counterpartyName
        self.bids = bids
    }
}

/// What should be looked at before a bid is taken at its price.
package enum BidFlag: String, Codable, Sendable, CaseIterable {
    /// It stood until a day that is over.
    case expired
    case notFinanced = "not_financed"
    /// It has conditions, or its financing is one.
    case conditional
}

/// One bid as it stands among the others.
package struct BidGridCell: Codable, Sendable, Hashable {
    package var bidId: UUID
    package var round: Int
    package var receivedOn: BusinessDate
    package var basis: BidBasis
    /// The two ends, which are the same of a price that is one amount, and what lies half-way, to whole minor units.
    package var low, mid, high: Money
    /// Of `mid` against the bid of the same counterparty in the round before in which it has one; nil where that was in
    /// another currency or of another basis.
    package var change: Money?
    /// `mid` in the currency of the ranking, by the rates of the day on which it was received.
    package var converted: Money?
    /// Among those of its round and basis; the same for those that are worth the same.
    package var rank: Int?
    /// By how much of the best one it is below that.
    package var belowBest: Percent?
    package var form: BidPayment
    package var cashPercent: Percent?
    package var financing: BidFinancing
    package var exclusivityDays: Int?
    package var expiresOn: BusinessDate?
    package var score: Int?
    package var flags: [BidFlag]

    package init(
        bidId: UUID, round: Int, receivedOn: BusinessDate, basis: BidBasis, low: Money, mid: Money, high: Money,
        form: BidPayment, financing: BidFinancing, flags: [BidFlag]
    ) {
        self.bidId = bidId
        self.round = round
        self.receivedOn = receivedOn
        self.basis = basis
        self.low = low
        self.mid = mid
        self.high = high
        self.form = form
        self.financing = financing
        self.flags = flags
    }
}
