import Contracts
import Foundation
import RPC

/// Fills a fee from input field by field and collects all that is wrong.
struct FeeForm: Sendable {
    static let reasonLength = 10...500

    private(set) var fee: DealFee
    private(set) var faults: [FieldFault] = []

    init(_ new: NewDealFee, by caller: Caller) {
        fee = DealFee(
            id: UUIDv7.make(at: caller.now), terms: new.terms, status: new.status ?? .planned, addedBy: caller.id,
            addedAt: caller.now, updatedAt: caller.now, version: 1)
        var patch = DealFeePatch()
        patch.title = new.title.map(Patch.set)
        patch.expectedOn = new.expectedOn.map(Patch.set)
        if let status = fee.status.needs {
            faults.append(
                FieldFault("status", "needs_more", "of a new fee cannot be \(fee.status.rawValue): \(status)"))
        }
        apply(patch)
    }

    init(_ fee: DealFee) { self.fee = fee }

    mutating func apply(_ patch: DealFeePatch) {
        required(patch.terms, \.terms, "terms")
        required(patch.status, \.status, "status")
        set(patch.expectedOn, \.expectedOn)
        set(patch.paidOn, \.paidOn)
        set(patch.actual, \.actual)
        text(patch.title, \.title, TextRule("title", 1...200))
        text(patch.waiveReason, \.waiveReason, TextRule("waiveReason", Self.reasonLength))
    }

    /// - Parameter others: the fees of the deal beside this one.
    /// - Throws: `validation_failed` with every field that does not fit.
    func checked(among others: [DealFee]) throws(RPCFault) -> DealFee {
        var all = faults + statusFaults
        let inner =
            FeeRules.faults(of: fee.terms)
            + FeeRules.faults(
                of: FeeEngine.Fee(id: fee.id, terms: fee.terms),
                among: others.map { FeeEngine.Fee(id: $0.id, terms: $0.terms) })
        all += inner.map { FieldFault("terms.\($0.field)", $0.code, $0.message) }
        guard all.isEmpty else { throw .invalid(all) }
        return fee
    }

    private var statusFaults: [FieldFault] {
        var faults: [FieldFault] = []
        if fee.status == .paid {
            if fee.actual == nil {
                faults.append(FieldFault("actual", "required", "is required of a fee that is paid"))
            }
            if fee.paidOn == nil {
                faults.append(FieldFault("paidOn", "required", "is required of a fee that is paid"))
            }
        } else if fee.paidOn != nil {
            faults.append(FieldFault("paidOn", "not_allowed", "goes with the status paid only"))
        }
        if fee.status == .waived, fee.waiveReason == nil {
            faults.append(FieldFault("waiveReason", "required", "is required of a fee that is waived"))
        } else if fee.status != .waived, fee.waiveReason != nil {
            faults.append(FieldFault("waiveReason", "not_allowed", "goes with the status waived only"))
        }
        if let actual = fee.actual {
            if actual.minorUnits < 0 { faults.append(FieldFault("actual", "out_of_range", "must not be below zero")) }
            if actual.currency.code != fee.terms.currency {
                faults.append(FieldFault("actual.currency", "currency_differs", "must be the currency of the fee"))
            }
        }
        return faults
    }

    private mutating func set<Value>(_ patch: Patch<Value>?, _ path: WritableKeyPath<DealFee, Value?>) {
        switch patch {
        case .set(let value): fee[keyPath: path] = value
        case .clear: fee[keyPath: path] = nil
        case nil: break
        }
    }

    private mutating func text(_ patch: Patch<String>?, _ path: WritableKeyPath<DealFee, String?>, _ rule: TextRule) {
        switch patch {
        case .set(let text): if let text = rule.check(text, &faults) { fee[keyPath: path] = text }
        case .clear: fee[keyPath: path] = nil
        case nil: break
        }
    }

    private mutating func required<Value>(
        _ patch: Patch<Value>?, _ path: WritableKeyPath<DealFee, Value>, _ field: String
    ) {
        switch patch {
        case .set(let value): fee[keyPath: path] = value
        case .clear: faults.append(FieldFault(field, "required", "must not be null"))
        case nil: break
        }
    }
}

extension FeeStatus {
    /// What a new fee cannot have yet; nil where nothing is needed.
    fileprivate var needs: String? {
        switch self {
        case .planned, .contracted: nil
        case .invoiced, .paid, .waived: "add it as planned or contracted, and change it then"
        }
    }
}
