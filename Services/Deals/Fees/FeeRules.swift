import Contracts
import Foundation
import RPC

/// What the terms of a fee must fulfil before anything is computed with them. All faults at once, each with its field.
enum FeeRules {
    static let tiersMax = 20
    static let monthsMax = 120
    /// Of one deal.
    static let feesMax = 100

    static func faults(of terms: FeeTerms) -> [FieldFault] {
        var check = FeeCheck(terms)
        check.currency()
        check.basis()
        check.limits()
        check.shares()
        return check.faults
    }

    /// Of one among the fees of a deal: what it is credited against must be there, in its currency, and itself credited against
    /// nothing, nor may anything be credited against it then. So credits have one step, and never a circle.
    static func faults(of fee: FeeEngine.Fee, among others: [FeeEngine.Fee]) -> [FieldFault] {
        var faults: [FieldFault] = []
        guard let target = fee.terms.creditedAgainst else { return faults }
        func fault(_ code: String, _ message: String) {
            faults.append(FieldFault("creditedAgainst", code, message))
        }
        if target == fee.id { fault("invalid", "must be another fee") }
        if let other = others.first(where: { $0.id == target }) {
            if other.terms.currency != fee.terms.currency {
                fault("currency_differs", "must be a fee in the same currency")
            }
            if other.terms.creditedAgainst != nil {
                fault("credited_itself", "must be a fee that is not credited against another one itself")
            }
        } else if target != fee.id {
            fault("unknown", "is not a fee of this deal")
        }
        if others.contains(where: { $0.id != fee.id && $0.terms.creditedAgainst == fee.id }) {
            fault("has_credits", "must be left out, because others are credited against this one")
        }
        return faults
    }
}

/// Goes through the terms of one fee.
private struct FeeCheck {
    let terms: FeeTerms
    private(set) var faults: [FieldFault] = []

    init(_ terms: FeeTerms) { self.terms = terms }

    private mutating func add(_ field: String, _ code: String, _ message: String) {
        faults.append(FieldFault(field, code, message))
    }

    private mutating func forbid(_ field: String, _ isThere: Bool) {
        if isThere { add(field, "not_allowed", "does not go with the basis \(terms.basis.rawValue)") }
    }

    private mutating func require(_ field: String, _ isThere: Bool) {
        if !isThere { add(field, "required", "is required with the basis \(terms.basis.rawValue)") }
    }

    mutating func currency() {
        if Currency(code: terms.currency) == nil { add("currency", "unknown", "must be an ISO 4217 code such as USD") }
        money("amount", terms.amount)
        money("minimum", terms.minimum)
        money("cap", terms.cap)
        for (place, tier) in (terms.tiers ?? []).prefix(FeeRules.tiersMax).enumerated() {
            money("tiers[\(place)].upTo", tier.upTo)
        }
    }

    private mutating func money(_ field: String, _ money: Money?) {
        guard let money else { return }
        if money.minorUnits < 0 { add(field, "out_of_range", "must not be below zero") }
        if money.currency.code != terms.currency {
            add("\(field).currency", "currency_differs", "must be the currency of the fee")
        }
    }

    mutating func basis() {
        let isOfBase = terms.basis == .percent || terms.basis == .tiered
        if isOfBase { require("base", terms.base != nil) } else { forbid("base", terms.base != nil) }
        if isOfBase { forbid("amount", terms.amount != nil) } else { require("amount", terms.amount != nil) }
        if terms.basis == .monthly {
            require("months", terms.months != nil)
        } else {
            forbid("months", terms.months != nil)
        }
        if terms.basis == .percent {
            require("percent", terms.percent != nil)
        } else {
            forbid("percent", terms.percent != nil)
        }
        if terms.basis == .tiered { require("tiers", terms.tiers != nil) } else { forbid("tiers", terms.tiers != nil) }
        if terms.basis != .tiered { forbid("tierMethod", terms.tierMethod != nil) }
        if let months = terms.months, !(1...FeeRules.monthsMax).contains(months) {
            add("months", "out_of_range", "must be from 1 to \(FeeRules.monthsMax)")
        }
        tiers()
    }

    private mutating func tiers() {
        guard let tiers = terms.tiers else { return }
        guard (1...FeeRules.tiersMax).contains(tiers.count) else {
            return add("tiers", "out_of_range", "must be 1 to \(FeeRules.tiersMax)")
        }
        for (place, tier) in tiers.enumerated() {
            let isLast = place == tiers.count - 1
            if isLast != (tier.upTo == nil) {
                add("tiers[\(place)].upTo", "invalid", isLast ? "must be left out of the last tier" : "is required")
            } else if place > 0, let top = tier.upTo, let before = tiers[place - 1].upTo,
                top.minorUnits <= before.minorUnits
            {
                add("tiers[\(place)].upTo", "not_increasing", "must be above that of the tier before")
            }
        }
    }

    mutating func limits() {
        if let minimum = terms.minimum, let cap = terms.cap, minimum.minorUnits > cap.minorUnits {
            add("minimum", "above_cap", "must not be above the cap")
        }
    }

    mutating func shares() {
        if terms.creditPercent != nil, terms.creditedAgainst == nil {
            add("creditPercent", "not_allowed", "goes with creditedAgainst only")
        }
        if terms.ourShare != nil, terms.spread != nil {
            add("ourShare", "not_allowed", "of a spread, its parts tell what is ours")
        }
        guard let spread = terms.spread else { return }
        if terms.kind != .grossSpread { add("spread", "not_allowed", "goes with the kind gross_spread only") }
        let sum = spread.management.units + spread.underwriting.units + spread.selling.units
        if sum != Percent.wholeUnits { add("spread", "not_whole", "its parts must add up to 100 %") }
    }
}
