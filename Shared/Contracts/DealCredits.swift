package import Foundation
package import RPC

extension DealMethods {
    package static let credits = RPCMethod<Nothing, DealCredits>(
        0x02E9, "deals.credits", callers: [Peer.gateway], isIdempotent: true)
    package static let setCredits = RPCMethod<DealCreditsEdit, DealCredits>(
        0x02EA, "deals.credits.set", callers: [Peer.gateway])
}

/// Who of the team gets which share of a deal's fees and of its credit in league tables. It has no `ETag`, for the amounts
/// move with the fees: `version` is that of the shares.
package struct DealCredits: Codable, Sendable, Hashable {
    /// In the order in which they were given; together 100 %, or none.
    package var items: [DealCredit]
    /// What of the fees that are not waived is ours, by currency.
    package var fees: [Money]
    /// How many of those fees are not known yet, and so in no amount.
    package var unknownFees: Int
    /// Of the shares; 0 as long as nobody has set any.
    package var version: Int64

    package init(items: [DealCredit], fees: [Money], unknownFees: Int, version: Int64) {
        self.items = items
        self.fees = fees
        self.unknownFees = unknownFees
        self.version = version
    }
}

package struct DealCredit: Codable, Sendable, Hashable {
    package var userId: UUID
    package var name: String
    package var share: Percent
    /// His part of each of the fees' amounts; all parts of one together are that amount.
    package var fees: [Money]

    package init(userId: UUID, name: String, share: Percent, fees: [Money]) {
        self.userId = userId
        self.name = name
        self.share = share
        self.fees = fees
    }
}

/// Takes the place of all shares.
package struct DealCreditsEdit: Codable, Sendable, Hashable {
    package var items: [NewDealCredit]

    package init(items: [NewDealCredit]) { self.items = items }
}

package struct NewDealCredit: Codable, Sendable, Hashable {
    /// Of somebody on the deal's team, or who has a share already.
    package var userId: UUID
    package var share: Percent

    package init(userId: UUID, share: Percent) {
        self.userId = userId
        self.share = share
    }
}
