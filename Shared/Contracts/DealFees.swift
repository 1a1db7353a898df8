package import Foundation
package import RPC

extension DealMethods {
    package static let fees = RPCMethod<Nothing, DealFeeList>(
        0x02C0, "deals.fees", callers: [Peer.gateway], isIdempotent: true)
    package static let addFee = RPCMethod<NewDealFee, DealFee>(
        0x02C1, "deals.fees.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateFee = RPCMethod<DealFeePatch, DealFee>(
        0x02C2, "deals.fees.update", callers: [Peer.gateway])
    package static let removeFee = RPCMethod<Nothing, Nothing>(
        0x02C3, "deals.fees.remove", callers: [Peer.gateway])
    package static let previewFees = RPCMethod<FeePreviewQuery, FeePreview>(
        0x02C4, "deals.fees.preview", callers: [Peer.gateway], isIdempotent: true)
}

/// How far a fee is on its way.
package enum FeeStatus: String, Codable, Sendable, CaseIterable {
    /// Hoped for: a forecast counts it by the probability of the deal.
    case planned
    /// In an engagement letter that is signed.
    case contracted
    case invoiced, paid
    /// Given up, with a reason.
    case waived
}

/// A fee of a deal.
package struct DealFee: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var terms: FeeTerms
    package var title: String?
    package var status: FeeStatus
    /// The day on which it should be earned; a forecast takes the expected close of the deal where it is left out.
    package var expectedOn: BusinessDate?
    /// What came of it, in its currency: of an invoiced one what was invoiced, of a paid one what was paid.
    package var actual: Money?
    package var paidOn: BusinessDate?
    package var waiveReason: String?
    /// What it comes to at the values of the deal as it stands, with credits taken off, and what of that is ours.
    package var due, ours: Money?
    package var addedBy: UUID
    package var addedAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, terms: FeeTerms, status: FeeStatus, addedBy: UUID, addedAt: Instant, updatedAt: Instant,
        version: Int64
    ) {
        self.id = id
        self.terms = terms
        self.status = status
        self.addedBy = addedBy
        self.addedAt = addedAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What a fee is added from; planned where no status is given.
package struct NewDealFee: Codable, Sendable, Hashable {
    package var terms: FeeTerms
    package var title: String?
    package var status: FeeStatus?
    package var expectedOn: BusinessDate?

    package init(
        terms: FeeTerms, title: String? = nil, status: FeeStatus? = nil, expectedOn: BusinessDate? = nil
    ) {
        self.terms = terms
        self.title = title
        self.status = status
        self.expectedOn = expectedOn
    }
}

/// A JSON merge patch (RFC 7396) of a fee, but that `terms` takes the place of all terms: a letter is agreed as a whole.
package struct DealFeePatch: Codable, Sendable, Hashable {
    package var terms: Patch<FeeTerms>?
    package var title: Patch<String>?
    package var status: Patch<FeeStatus>?
    package var expectedOn: Patch<BusinessDate>?
    package var actual: Patch<Money>?
    package var paidOn: Patch<BusinessDate>?
    package var waiveReason: Patch<String>?

    package init() {}
}

/// All fees of one deal, in the order in which they were added.
package struct DealFeeList: Codable, Sendable {
    package var items: [DealFee]
    /// What all but the waived ones come to, by currency; those that are not known are left out, and counted.
    package var totals: [FeeTotal]
    package var unknown: Int

    package init(items: [DealFee], totals: [FeeTotal], unknown: Int) {
        self.items = items
        self.totals = totals
        self.unknown = unknown
    }
}

/// Of one currency.
package struct FeeTotal: Codable, Sendable, Hashable {
    package var due: Money
    package var ours: Money

    package init(due: Money, ours: Money) {
        self.due = due
        self.ours = ours
    }
}

/// At which values the fees are to be computed, as decimals such as `250000000`; what is left out is taken from the deal.
package struct FeePreviewQuery: Codable, Sendable {
    package var enterpriseValue, equityValue, proceeds: String?
    /// Of those three; that of the deal's value where it is left out.
    package var currency: String?

    package init(
        enterpriseValue: String? = nil, equityValue: String? = nil, proceeds: String? = nil, currency: String? = nil
    ) {
        self.enterpriseValue = enterpriseValue
        self.equityValue = equityValue
        self.proceeds = proceeds
        self.currency = currency
    }
}

/// What the fees come to at these values. Waived ones are left out, and credit nothing.
package struct FeePreview: Codable, Sendable {
    package var enterpriseValue, equityValue, proceeds: Money?
    package var lines: [FeePreviewLine]
    package var totals: [FeeTotal]

    package init(lines: [FeePreviewLine], totals: [FeeTotal]) {
        self.lines = lines
        self.totals = totals
    }
}

/// How one fee is found, step by step; of one that is not known the steps are left out, and `unknown` says why.
package struct FeePreviewLine: Codable, Sendable, Hashable {
    package var feeId: UUID
    package var kind: FeeKind
    package var title: String?
    package var status: FeeStatus
    package var unknown: FeeUnknownReason?
    /// By its basis alone.
    package var computed: Money?
    /// Which of them has made `amount` another than `computed`.
    package var limit: FeeLimit?
    package var amount: Money?
    package var credits: [FeeCredit]
    package var due: Money?
    package var ours: Money?
    package var spread: SpreadAmounts?

    package init(feeId: UUID, kind: FeeKind, status: FeeStatus) {
        self.feeId = feeId
        self.kind = kind
        self.status = status
        credits = []
    }
}

package enum FeeUnknownReason: String, Codable, Sendable, CaseIterable {
    /// The deal has no such value, and none was given.
    case baseMissing = "base_missing"
    /// Amounts are never turned from one currency into another here.
    case baseInOtherCurrency = "base_in_other_currency"
    case tooLarge = "too_large"
}

package enum FeeLimit: String, Codable, Sendable, CaseIterable { case minimum, cap }

/// What another fee takes off.
package struct FeeCredit: Codable, Sendable, Hashable {
    package var feeId: UUID
    package var amount: Money

    package init(feeId: UUID, amount: Money) {
        self.feeId = feeId
        self.amount = amount
    }
}

/// Together the whole spread.
package struct SpreadAmounts: Codable, Sendable, Hashable {
    package var management, underwriting, selling: Money

    package init(management: Money, underwriting: Money, selling: Money) {
        self.management = management
        self.underwriting = underwriting
        self.selling = selling
    }
}
