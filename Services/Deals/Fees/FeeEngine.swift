import Contracts
import Foundation

/// What the fees of a mandate come to at a value of the deal. Pure and exact: whole minor units, percentages with six decimals,
/// one rounding for each fee, half to even. It takes terms that `FeeRules` has found to fit together.
struct FeeEngine: Sendable {
    struct Fee: Sendable {
        let id: UUID
        let terms: FeeTerms
    }

    /// What is known of the deal, each in a currency of its own; nil for what is not.
    struct Values: Sendable, Hashable {
        var enterpriseValue, equityValue, proceeds: Money?

        subscript(base: FeeBase) -> Money? {
            switch base {
            case .enterpriseValue: enterpriseValue
            case .equityValue: equityValue
            case .proceeds: proceeds
            }
        }
    }

    /// Why a fee is not known.
    enum Unknown: String, Sendable {
        case baseMissing = "base_missing"
        /// Mixed currencies are never turned into each other here.
        case baseInOtherCurrency = "base_in_other_currency"
        case tooLarge = "too_large"
    }

    enum Limit: String, Sendable { case minimum, cap }

    struct Credit: Sendable, Hashable {
        let from: UUID
        let units: Int64
    }

    struct Line: Sendable, Hashable {
        let id: UUID
        let currency: String
        /// By its basis alone.
        let computed: Int64
        /// Which of them has made it another.
        let limit: Limit?
        /// Within its minimum and cap: what the letter owes.
        let amount: Int64
        let credits: [Credit]
        /// What is still paid when the credits are taken off; never below zero.
        let due: Int64
        /// Of what is due.
        let ours: Int64
        /// Management, underwriting and selling, together the amount; nil but for a spread.
        let spread: [Int64]?
    }

    typealias Outcome = Result<Line, UnknownFee>

    struct UnknownFee: Error, Hashable {
        let id: UUID
        let reason: Unknown
    }

    let fees: [Fee]

    /// In the order of the fees.
    func lines(at values: Values) -> [Outcome] {
        let amounts = fees.map { fee in amount(of: fee, at: values) }
        return zip(fees, amounts).map { fee, amount in
            amount.map { amount in line(fee, amount, credits: credits(against: fee, amounts)) }
        }
    }

    private struct Amount {
        let computed: Int64
        let limited: Int64
        let limit: Limit?
    }

    private func amount(of fee: Fee, at values: Values) -> Result<Amount, UnknownFee> {
        computed(fee.terms, at: values).map { units in
            // The cap is the last word where both are meant.
            if let cap = fee.terms.cap?.minorUnits,
                units > cap || fee.terms.minimum.map({ $0.minorUnits > cap }) == true
            {
                return Amount(computed: units, limited: cap, limit: .cap)
            }
            if let minimum = fee.terms.minimum?.minorUnits, units < minimum {
                return Amount(computed: units, limited: minimum, limit: .minimum)
            }
            return Amount(computed: units, limited: units, limit: nil)
        }.mapError { UnknownFee(id: fee.id, reason: $0) }
    }

    private func computed(_ terms: FeeTerms, at values: Values) -> Result<Int64, UnknownReason> {
        let flat = terms.amount?.minorUnits ?? 0
        switch terms.basis {
        case .flat: return .success(flat)
        case .monthly:
            let (units, isTooMuch) = flat.multipliedReportingOverflow(by: Int64(terms.months ?? 1))
            return isTooMuch ? .failure(.tooLarge) : .success(units)
        case .percent, .tiered:
            guard let value = terms.base.flatMap({ values[$0] }) else { return .failure(.baseMissing) }
            guard value.currency.code == terms.currency else { return .failure(.baseInOtherCurrency) }
            let units = max(value.minorUnits, 0)
            let exact = terms.percent.map { ExactShare.numerator(units, $0) } ?? Self.tiered(terms, units)
            return ExactShare.rounded(exact).map { .success($0) } ?? .failure(.tooLarge)
        }
    }

    private typealias UnknownReason = Unknown

    private static func tiered(_ terms: FeeTerms, _ units: Int64) -> Int128 {
        let tiers = terms.tiers ?? []
        if terms.tierMethod == .whole {
            let tier = tiers.first { tier in tier.upTo.map { units <= $0.minorUnits } ?? true }
            return tier.map { ExactShare.numerator(units, $0.percent) } ?? 0
        }
        var (sum, below): (Int128, Int64) = (0, 0)
        for tier in tiers where units > below {
            let top = min(units, tier.upTo?.minorUnits ?? units)
            sum += ExactShare.numerator(top - below, tier.percent)
            below = top
        }
        return sum
    }

    /// What was paid before for others, in the order of the fees.
    private func credits(
        against fee: Fee, _ amounts: [Result<Amount, UnknownFee>]
    ) -> [Credit] {
        zip(fees, amounts).compactMap { other, amount in
            guard other.terms.creditedAgainst == fee.id, case .success(let amount) = amount else { return nil }
            let units = ExactShare.of(amount.limited, other.terms.creditPercent ?? .whole)
            return Credit(from: other.id, units: units)
        }
    }

    private func line(_ fee: Fee, _ amount: Amount, credits: [Credit]) -> Line {
        var left = amount.limited
        let used = credits.map { credit in
            let units = min(credit.units, left)
            left -= units
            return Credit(from: credit.from, units: units)
        }
        let spread = fee.terms.spread.map { split in
            ExactShare.split(amount.limited, by: [split.management, split.underwriting, split.selling])
        }
        let ours: Int64
        if let spread, let split = fee.terms.spread {
            let parts = zip(spread, [split.ourManagement, split.ourUnderwriting, split.ourSelling])
            ours = min(parts.reduce(0) { $0 + ExactShare.of($1.0, $1.1) }, left)
        } else {
            ours = ExactShare.of(left, fee.terms.ourShare ?? .whole)
        }
        return Line(
            id: fee.id, currency: fee.terms.currency, computed: amount.computed, limit: amount.limit,
            amount: amount.limited, credits: used, due: left, ours: ours, spread: spread)
    }
}
extension FeeEngine.Unknown: Error {}
