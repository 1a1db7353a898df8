import Contracts
import Foundation
import RPC

/// Fills an NDA from input field by field and collects all that is wrong.
struct NDAForm: Sendable {
    private(set) var nda: DealNDA
    private var faults: [FieldFault] = []
    private let today: BusinessDate

    /// - Parameter counterparty: nil for one that the deal does not have.
    init(_ new: NewDealNDA, with counterparty: Counterparty?, by caller: Caller) {
        self.init(
            DealNDA(
                id: UUIDv7.make(at: caller.now), counterpartyId: new.counterpartyId,
                counterpartyName: counterparty?.name ?? "", status: .draft, addedBy: caller.id, addedAt: caller.now,
                updatedAt: caller.now, version: 1),
            by: caller)
        if counterparty == nil {
            fault("counterpartyId", "unknown_counterparty", "must be a counterparty of this deal")
        }
        var patch = DealNDAPatch()
        patch.status = new.status.map(Patch.set)
        patch.executedOn = new.executedOn.map(Patch.set)
        patch.expiresOn = new.expiresOn.map(Patch.set)
        patch.standstillUntil = new.standstillUntil.map(Patch.set)
        patch.nonSolicitUntil = new.nonSolicitUntil.map(Patch.set)
        patch.documentId = new.documentId.map(Patch.set)
        apply(patch)
    }

    init(_ nda: DealNDA, by caller: Caller) {
        self.nda = nda
        self.nda.recordedStepId = nil
        // What has expired stands as executed: that it is over follows from its last day.
        if nda.status == .expired { self.nda.status = .executed }
        today = caller.today
    }

    mutating func apply(_ patch: DealNDAPatch) {
        switch patch.status {
        case .set(.expired): fault("status", "derived", "follows from expiresOn")
        case .set(let status): nda.status = status
        case .clear: fault("status", "required", "must not be null")
        case nil: break
        }
        set(patch.executedOn, \.executedOn)
        set(patch.expiresOn, \.expiresOn)
        set(patch.standstillUntil, \.standstillUntil)
        set(patch.nonSolicitUntil, \.nonSolicitUntil)
        set(patch.documentId, \.documentId)
        checkDays()
    }

    mutating func unknownDocument() {
        fault("documentId", "unknown_document", "must be in the deal's register")
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> DealNDA {
        guard faults.isEmpty else { throw .invalid(faults) }
        return nda
    }

    private mutating func checkDays() {
        guard let executed = nda.executedOn else {
            if nda.status == .executed { fault("executedOn", "required", "Say when it was executed.") }
            return
        }
        if nda.status != .executed { fault("executedOn", "not_allowed", "belongs to an executed one") }
        if executed > today { fault("executedOn", "in_future", "must not be after today") }
        let others = [
            ("expiresOn", nda.expiresOn), ("standstillUntil", nda.standstillUntil),
            ("nonSolicitUntil", nda.nonSolicitUntil),
        ]
        for (field, day) in others {
            if let day, day < executed { fault(field, "before_execution", "must not be before executedOn") }
        }
    }

    private mutating func fault(_ field: String, _ code: String, _ message: String) {
        faults.append(FieldFault(field, code, message))
    }

    private mutating func set<Value>(_ patch: Patch<Value>?, _ path: WritableKeyPath<DealNDA, Value?>) {
        switch patch {
        case .set(let value): nda[keyPath: path] = value
        case .clear: nda[keyPath: path] = nil
        case nil: break
        }
    }
}

extension DealNDA {
    /// An executed one is good through its last day.
    func asOf(_ today: BusinessDate) -> DealNDA {
        guard status == .executed, let expiresOn, expiresOn < today else { return self }
        var nda = self
        nda.status = .expired
        return nda
    }
}
