import Contracts
import Foundation
import RPC

/// A question for conflicts, checked as far as that needs no look at anything.
struct ConflictCheckForm: Sendable {
    static let organizationsMax = 50

    /// Named by themselves; the names of the others come from the directory.
    let asked: [CheckedOrganization]
    let deal: DealReference?

    init(_ input: NewConflictCheck) throws(RPCFault) {
        var faults: [FieldFault] = []
        if !(1...Self.organizationsMax).contains(input.organizations.count) {
            faults.append(
                FieldFault("organizations", "out_of_range", "Name 1 to \(Self.organizationsMax) organizations."))
        }
        var asked: [CheckedOrganization] = []
        for (index, organization) in input.organizations.prefix(Self.organizationsMax).enumerated() {
            let field = "organizations[\(index)]"
            var organization = organization
            if (organization.name == nil) == (organization.organizationId == nil) {
                faults.append(
                    FieldFault(field, "exactly_one", "Name exactly one of organizationId and name."))
            }
            if let name = organization.name {
                organization.name = TextRule("\(field).name", 1...200).check(name, &faults)
            }
            asked.append(organization)
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        self.asked = asked
        if let text = input.deal {
            // As of a deal that is not there.
            guard let reference = DealReference(text: text) else { throw .notFound("deal") }
            deal = reference
        } else {
            deal = nil
        }
    }
}

/// A decision of the control room, checked.
struct CheckDecisionForm: Sendable {
    let conflict: ConflictForm
    let conditions: String?
    let note: String?

    init(_ input: CheckDecision, today: BusinessDate) throws(RPCFault) {
        var faults: [FieldFault] = []
        note = input.note.flatMap { TextRule("note", 1...900, allowsLines: true).check($0, &faults) }
        conditions = input.conditions.flatMap {
            TextRule("conditions", 1...1000, allowsLines: true).check($0, &faults)
        }
        if input.decision == .clearedWithConditions, input.conditions == nil {
            faults.append(FieldFault("conditions", "required", "Say what the conditions are."))
        } else if input.decision != .clearedWithConditions, input.conditions != nil {
            faults.append(FieldFault("conditions", "not_allowed", "Only a clearance with conditions has some."))
        }
        faults += ConflictForm.faults(of: input.decision, expiresOn: input.expiresOn, today: today)
        guard faults.isEmpty else { throw .invalid(faults) }
        let words = [conditions, note].compactMap(\.self).joined(separator: "\n\n")
        conflict = ConflictForm(
            decision: input.decision, note: words.isEmpty ? nil : words, expiresOn: input.expiresOn)
    }
}

/// A checked question for a page of the queue.
struct ControlRoomRequest: Sendable {
    let status: CheckStatus
    let limit: Int
    let dueBefore: BusinessDate?
    let isMine: Bool
    /// Where the page begins; nil for the first.
    let after: PageCursor?

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: ControlRoomQuery) throws(RPCFault) {
        status = query.status ?? .open
        limit = try PageLimit.checked(query.limit, in: 1...100)
        dueBefore = query.dueBefore
        isMine = query.mine == true
        guard let text = query.cursor else {
            after = nil
            return
        }
        let cursor = try PageCursor(text)
        switch status {
        case .open: guard BusinessDate(text: cursor.key) != nil else { throw .cursorInvalid }
        case .decided: _ = try cursor.milliseconds()
        }
        after = cursor
    }
}
