import Contracts
import Foundation
import RPC

/// The shares of one deal, whole: what is given as one, and what is checked as one.
struct CreditForm: Sendable {
    /// Of one deal; the schema says the same.
    static let creditsMax = 50

    let shares: [NewDealCredit]

    /// - Parameters:
    ///   - team: who is on it now.
    ///   - holders: who has a share already: that he left the team takes nothing from him.
    /// - Throws: `validation_failed` with everything that does not fit.
    init(_ edit: DealCreditsEdit, team: Set<UUID>, holders: Set<UUID>) throws(RPCFault) {
        var faults: [FieldFault] = []
        if edit.items.count > Self.creditsMax {
            faults.append(FieldFault("items", "too_many", "has at most \(Self.creditsMax) shares"))
        }
        var seen: Set<UUID> = []
        for (index, credit) in edit.items.prefix(Self.creditsMax).enumerated() {
            let place = "items[\(index)]"
            if !seen.insert(credit.userId).inserted {
                faults.append(FieldFault("\(place).userId", "repeated", "has a share already"))
            }
            if !team.contains(credit.userId), !holders.contains(credit.userId) {
                faults.append(FieldFault("\(place).userId", "not_on_team", "must be on the deal's team"))
            }
            if credit.share == .zero {
                faults.append(FieldFault("\(place).share", "out_of_range", "must be above 0"))
            }
        }
        // At most 50 wholes fit well.
        let sum = edit.items.prefix(Self.creditsMax).reduce(Int64(0)) { $0 + $1.share.units }
        if !edit.items.isEmpty, edit.items.count <= Self.creditsMax, sum != Percent.wholeUnits {
            let difference = sum > Percent.wholeUnits ? "too much" : "missing"
            let rest = Percent(units: abs(Percent.wholeUnits - sum)).map { ": \($0.text) \(difference)" } ?? ""
            faults.append(FieldFault("items", "not_whole", "must add up to exactly 100 per cent\(rest)"))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        shares = edit.items
    }
}

extension DealCredits {
    /// - Parameters:
    ///   - totals: of the fees, by currency.
    ///   - names: by user.
    init(
        _ shares: [NewDealCredit], version: Int64, of totals: [FeeTotal], unknownFees: Int, names: [UUID: String]
    ) {
        let ours = totals.map(\.ours)
        // By amount, and then by share.
        let parts = ours.map { total in
            shares.isEmpty ? [] : ExactShare.split(total.minorUnits, by: shares.map(\.share))
        }
        let items = shares.enumerated().map { index, credit in
            DealCredit(
                userId: credit.userId, name: names[credit.userId] ?? "", share: credit.share,
                fees: zip(ours, parts).map { Money(minorUnits: $1[index], currency: $0.currency) })
        }
        self.init(items: items, fees: ours, unknownFees: unknownFees, version: version)
    }
}
