import Contracts
import Foundation
import RPC

/// Fills a bid from input field by field and collects all that is wrong.
struct DealBidForm: Sendable {
    static let exclusivityDays = 1...365
    static let scores = 0...100
    static let reasonLength = 1...500

    private(set) var bid: DealBid
    private(set) var faults: [FieldFault] = []

    init(_ new: NewDealBid, by caller: Caller) {
        bid = DealBid(
            id: UUIDv7.make(at: caller.now), counterpartyId: new.counterpartyId, counterpartyName: "",
            round: new.round, receivedOn: new.receivedOn ?? caller.today, price: new.price, form: new.form,
            financing: new.financing, status: .current, addedBy: caller.id, addedAt: caller.now,
            updatedAt: caller.now, version: 1)
        var patch = DealBidPatch()
        patch.price = .set(new.price)
        patch.cashPercent = new.cashPercent.map(Patch.set)
        patch.conditions = new.conditions.map(Patch.set)
        patch.exclusivityDays = new.exclusivityDays.map(Patch.set)
        patch.expiresOn = new.expiresOn.map(Patch.set)
        patch.score = new.score.map(Patch.set)
        patch.note = new.note.map(Patch.set)
        apply(patch)
    }

    init(_ bid: DealBid) { self.bid = bid }

    mutating func apply(_ patch: DealBidPatch) {
        required(patch.receivedOn, \.receivedOn, "receivedOn")
        required(patch.form, \.form, "form")
        required(patch.financing, \.financing, "financing")
        switch patch.price {
        case .set(let price): take(price)
        case .clear: faults.append(FieldFault("price", "required", "must not be null"))
        case nil: break
        }
        optional(patch.cashPercent, \.cashPercent)
        optional(patch.expiresOn, \.expiresOn)
        number(patch.exclusivityDays, \.exclusivityDays, "exclusivityDays", Self.exclusivityDays)
        number(patch.score, \.score, "score", Self.scores)
        text(patch.conditions, \.conditions, "conditions")
        text(patch.note, \.note, "note")
    }

    /// Of whom it is; a fault when the deal has no such counterparty.
    mutating func name(_ counterparty: String?) {
        guard let counterparty else {
            faults.append(FieldFault("counterpartyId", "unknown_counterparty", "must be a counterparty of this deal"))
            return
        }
        bid.counterpartyName = counterparty
    }

    /// Into which round it goes; a fault when the deal has none of this number.
    mutating func place(in round: DealRound?) {
        if round == nil { faults.append(FieldFault("round", "unknown_round", "must be the number of a round")) }
    }

    mutating func supersede(_ other: DealBid) { bid.supersedes = other.id }

    /// It came before one that was written down already.
    mutating func supersede() { bid.status = .superseded }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked(today: BusinessDate) throws(RPCFault) -> DealBid {
        var all = faults
        if bid.receivedOn > today { all.append(FieldFault("receivedOn", "in_future", "must not be in the future")) }
        if let end = bid.expiresOn, end < bid.receivedOn {
            all.append(FieldFault("expiresOn", "before_receipt", "must not be before the day of receipt"))
        }
        switch (bid.form, bid.cashPercent) {
        case (.mix, nil): all.append(FieldFault("cashPercent", "required", "is required of a mix of cash and stock"))
        case (.mix, let cash?):
            if cash == .zero || cash == .whole {
                all.append(FieldFault("cashPercent", "out_of_range", "must be above 0 and below 100 of a mix"))
            }
        case (_, .some): all.append(FieldFault("cashPercent", "not_allowed", "goes with the form mix only"))
        case (_, nil): break
        }
        guard all.isEmpty else { throw .invalid(all) }
        return bid
    }

    /// A range whose ends are the same is one amount.
    private mutating func take(_ price: BidPrice) {
        switch (price.point, price.low, price.high) {
        case (let point?, nil, nil): check([point])
        case (nil, let low?, let high?):
            check([low, high])
            if low.currency != high.currency {
                faults.append(FieldFault("price.high", "currency_differs", "must be in the currency of low"))
            } else if low.minorUnits > high.minorUnits {
                faults.append(FieldFault("price.high", "below_low", "must not be below low"))
            }
        default:
            faults.append(FieldFault("price", "point_or_range", "has either point, or low and high"))
        }
        bid.price = price
        if let low = price.low, low == price.high { bid.price = BidPrice(point: low, basis: price.basis) }
    }

    private mutating func check(_ amounts: [Money]) {
        guard amounts.contains(where: { $0.minorUnits <= 0 }) else { return }
        faults.append(FieldFault("price", "out_of_range", "must be above zero"))
    }

    private mutating func required<Value>(
        _ patch: Patch<Value>?, _ path: WritableKeyPath<DealBid, Value>, _ field: String
    ) {
        switch patch {
        case .set(let value): bid[keyPath: path] = value
        case .clear: faults.append(FieldFault(field, "required", "must not be null"))
        case nil: break
        }
    }

    private mutating func optional<Value>(_ patch: Patch<Value>?, _ path: WritableKeyPath<DealBid, Value?>) {
        switch patch {
        case .set(let value): bid[keyPath: path] = value
        case .clear: bid[keyPath: path] = nil
        case nil: break
        }
    }

    private mutating func number(
        _ patch: Patch<Int>?, _ path: WritableKeyPath<DealBid, Int?>, _ field: String, _ range: ClosedRange<Int>
    ) {
        if case .set(let value) = patch, !range.contains(value) {
            faults.append(
                FieldFault(field, "out_of_range", "must be \(range.lowerBound) to \(range.upperBound)"))
        }
        optional(patch, path)
    }

    private mutating func text(_ patch: Patch<String>?, _ path: WritableKeyPath<DealBid, String?>, _ field: String) {
        switch patch {
        case .set(let text):
            if let text = TextRule(field, 1...2000, allowsLines: true).check(text, &faults) {
                bid[keyPath: path] = text
            }
        case .clear: bid[keyPath: path] = nil
        case nil: break
        }
    }
}
