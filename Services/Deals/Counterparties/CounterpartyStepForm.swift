import Contracts
import Foundation
import RPC

/// A step as it was sent, checked by itself.
struct CounterpartyStepForm: Sendable {
    static let noteLength = 1...2000
    static let reasonLength = 1...500

    private(set) var new: NewCounterpartyStep
    private var faults: [FieldFault] = []

    init(_ new: NewCounterpartyStep, by caller: Caller) {
        self.new = new
        if new.on > caller.today { faults.append(FieldFault("on", "in_future", "must not be after today")) }
        self.new.note = new.note.flatMap {
            TextRule("note", Self.noteLength, allowsLines: true).check($0, &faults)
        }
        guard new.step.isExit else {
            if new.reason != nil {
                faults.append(FieldFault("reason", "not_allowed", "belongs to passed, rejected_by_us and excluded"))
            }
            return
        }
        if let reason = new.reason {
            self.new.reason = TextRule("reason", Self.reasonLength, allowsLines: true).check(reason, &faults)
        } else {
            faults.append(FieldFault("reason", "required", "Say why it left."))
        }
    }

    mutating func unknownDocument() {
        faults.append(FieldFault("documentId", "unknown_document", "must be in the deal's register"))
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> NewCounterpartyStep {
        guard faults.isEmpty else { throw .invalid(faults) }
        return new
    }

    static func voidReason(_ voiding: StepVoiding) throws(RPCFault) -> String {
        var faults: [FieldFault] = []
        let reason = TextRule("reason", reasonLength, allowsLines: true).check(voiding.reason, &faults)
        guard let reason else { throw .invalid(faults) }
        return reason
    }
}

extension CounterpartyStep {
    init(_ new: NewCounterpartyStep, of counterparty: UUID, by caller: Caller) {
        self.init(
            id: UUIDv7.make(at: caller.now), counterpartyId: counterparty, step: new.step, on: new.on,
            recordedBy: caller.id, recordedAt: caller.now)
        (direction, note, documentId, reason) = (new.direction, new.note, new.documentId, new.reason)
    }
}
