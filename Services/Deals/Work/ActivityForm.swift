import Contracts
import Foundation
import RPC

/// Fills an activity from input field by field and collects all that is wrong.
struct ActivityForm: Sendable {
    static let participantsMax = 50
    /// How far a client's clock may be ahead of ours.
    static let aheadSecondsMax: Int64 = 300

    private(set) var activity: DealActivity
    private(set) var faults: [FieldFault] = []
    private let now: Instant

    /// A new activity; the store asks for it when its deal is known.
    init(_ new: NewDealActivity, by caller: Caller) {
        self.init(
            DealActivity(
                id: UUIDv7.make(at: caller.now), kind: new.kind, subject: nil, text: "", participants: [],
                occurredAt: caller.now, createdBy: caller.id, createdAt: caller.now, updatedAt: caller.now, version: 1),
            now: caller.now)
        apply(DealActivityPatch(new))
    }

    init(_ activity: DealActivity, now: Instant) {
        self.activity = activity
        self.now = now
    }

    mutating func apply(_ patch: DealActivityPatch) {
        required(patch.kind, "kind") { $0.activity.kind = $1 }
        switch patch.subject {
        case .set(let text):
            if let text = TextRule("subject", 1...200).check(text, &faults) { activity.subject = text }
        case .clear: activity.subject = nil
        case nil: break
        }
        required(patch.text, "text") { form, text in
            let rule = TextRule("text", 1...10_000, allowsLines: true)
            if let text = rule.check(text, &form.faults) { form.activity.text = text }
        }
        switch patch.participants {
        case .set(let names): participants(names)
        case .clear: activity.participants = []
        case nil: break
        }
        required(patch.occurredAt, "occurredAt") { form, time in
            if time > form.now.advanced(bySeconds: Self.aheadSecondsMax) {
                form.faults.append(FieldFault("occurredAt", "in_future", "must not be in the future"))
            } else {
                form.activity.occurredAt = time
            }
        }
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> DealActivity {
        guard faults.isEmpty else { throw .invalid(faults) }
        return activity
    }

    private mutating func participants(_ names: [String]) {
        guard names.count <= Self.participantsMax else {
            let message = "must have at most \(Self.participantsMax) names"
            return faults.append(FieldFault("participants", "too_many", message))
        }
        activity.participants = names.enumerated().compactMap { index, name in
            TextRule("participants[\(index)]", 1...200).check(name, &faults)
        }
    }

    private mutating func required<Value>(
        _ patch: Patch<Value>?, _ field: String, _ set: (inout ActivityForm, Value) -> Void
    ) {
        switch patch {
        case .set(let value): set(&self, value)
        case .clear: faults.append(FieldFault(field, "required", "must not be null"))
        case nil: break
        }
    }
}

extension DealActivityPatch {
    /// A new activity's fields go through the same checks as a change of them.
    fileprivate init(_ new: NewDealActivity) {
        self.init()
        subject = new.subject.map(Patch.set)
        text = .set(new.text)
        participants = new.participants.map(Patch.set)
        occurredAt = new.occurredAt.map(Patch.set)
    }
}
