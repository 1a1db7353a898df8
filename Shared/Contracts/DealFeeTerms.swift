package import Foundation

/// What a fee is for. A tail is not one: it says for how long after the mandate the others are still owed.
package enum FeeKind: String, Codable, Sendable, CaseIterable {
    case retainer, work, announcement, success, opinion
    case breakUp = "break_up"
    case grossSpread = "gross_spread"
    case arrangement, commitment, expenses, other
}

/// How a fee is found.
package enum FeeBasis: String, Codable, Sendable, CaseIterable {
    /// One amount.
    case flat
    /// One amount for each of some months.
    case monthly
    /// A part of the base.
    case percent
    /// Parts of the base that change with its size.
    case tiered
}

/// Of what a percentage is taken.
package enum FeeBase: String, Codable, Sendable, CaseIterable {
    case enterpriseValue = "enterprise_value"
    case equityValue = "equity_value"
    /// What an issue raises.
    case proceeds
}

/// Which part of the base the percentage of a tier is taken of.
package enum FeeTierMethod: String, Codable, Sendable, CaseIterable {
    /// Of what lies within each tier, as in a Lehman scale: a larger value never makes a smaller fee.
    case marginal
    /// Of all, at the rate of the tier in which the value lies.
    case whole
}

package struct FeeTier: Codable, Sendable, Hashable {
    /// Up to and with this value; nil for the last tier.
    package var upTo: Money?
    package var percent: Percent

    package init(upTo: Money?, percent: Percent) {
        self.upTo = upTo
        self.percent = percent
    }
}

/// How an underwriting spread is made up, most often 20/20/60, and how much of each part is ours.
package struct SpreadSplit: Codable, Sendable, Hashable {
    /// Together 100 %.
    package var management, underwriting, selling: Percent
    package var ourManagement, ourUnderwriting, ourSelling: Percent

    package init(
        management: Percent, underwriting: Percent, selling: Percent, ourManagement: Percent, ourUnderwriting: Percent,
        ourSelling: Percent
    ) {
        self.management = management
        self.underwriting = underwriting
        self.selling = selling
        self.ourManagement = ourManagement
        self.ourUnderwriting = ourUnderwriting
        self.ourSelling = ourSelling
    }
}

/// A fee as the engagement letter has it; all its amounts are in one currency, and none is below zero.
package struct FeeTerms: Codable, Sendable, Hashable {
    package var kind: FeeKind
    package var basis: FeeBasis
    package var currency: String
    /// Of `flat`, and of each month of `monthly`.
    package var amount: Money?
    /// Of `monthly`, 1 ... 120.
    package var months: Int?
    /// Of `percent` and `tiered`.
    package var base: FeeBase?
    package var percent: Percent?
    /// The smallest first; the last one is open.
    package var tiers: [FeeTier]?
    /// `marginal` where it is left out.
    package var tierMethod: FeeTierMethod?
    /// The fee is at least so much, and at most.
    package var minimum, cap: Money?
    /// The fee that this one is credited against, and how much of this one; all where it is left out.
    package var creditedAgainst: UUID?
    package var creditPercent: Percent?
    /// What of the fee is ours where several advise; all where it is left out. Not of a spread, which has `spread`.
    package var ourShare: Percent?
    package var spread: SpreadSplit?

    package init(kind: FeeKind, basis: FeeBasis, currency: String) {
        self.kind = kind
        self.basis = basis
        self.currency = currency
    }
}
