import Contracts
import Foundation
import RPC

/// Fills an entry of a list from input and collects all that is wrong. Whom it is about, the store finds out.
struct ListEntryForm: Sendable {
    private(set) var entry: ListEntry
    private(set) var faults: [FieldFault] = []
    private let today: BusinessDate

    init(_ new: NewListEntry, on list: ControlList, by caller: Caller) {
        today = caller.today
        entry = ListEntry(
            id: UUIDv7.make(at: caller.now), list: list, organizationId: nil, name: "", reason: "", dealId: nil,
            from: new.from ?? caller.today, to: new.to, active: true, placedBy: caller.id, placedAt: caller.now,
            version: 1)
        reason(new.reason)
        if (new.organizationId == nil) == (new.name == nil) {
            faults.append(FieldFault("organizationId", "exactly_one", "Name exactly one of organizationId and name."))
        } else if let name = new.name {
            entry.name = TextRule("name", 1...200).check(name, &faults) ?? ""
        }
        checkDays()
    }

    init(_ entry: ListEntry, today: BusinessDate) { (self.entry, self.today) = (entry, today) }

    mutating func apply(_ patch: ListEntryPatch) {
        switch patch.reason {
        case .set(let text): reason(text)
        case .clear: faults.append(FieldFault("reason", "required", "must not be null"))
        case nil: break
        }
        switch patch.from {
        case .set(let day): entry.from = day
        case .clear: faults.append(FieldFault("from", "required", "must not be null"))
        case nil: break
        }
        switch patch.to {
        case .set(let day): entry.to = day
        case .clear: entry.to = nil
        case nil: break
        }
        if patch.from != nil || patch.to != nil { checkDays() }
    }

    mutating func name(_ organization: Organization?) {
        guard let organization else {
            return faults.append(
                FieldFault("organizationId", "unknown_organization", "must be an organization that you know of"))
        }
        guard organization.scope == .directory else {
            return faults.append(FieldFault("organizationId", "not_in_directory", "must stand in the directory"))
        }
        (entry.organizationId, entry.name) = (organization.id, organization.name)
    }

    mutating func deal(_ id: UUID?) {
        guard let id else {
            return faults.append(FieldFault("deal", "unknown_deal", "must be a deal that you may read"))
        }
        entry.dealId = id
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> ListEntry {
        guard faults.isEmpty else { throw .invalid(faults) }
        var entry = entry
        entry.active = entry.holds(on: today)
        return entry
    }

    private mutating func reason(_ text: String) {
        if let text = TextRule("reason", 1...500, allowsLines: true).check(text, &faults) { entry.reason = text }
    }

    private mutating func checkDays() {
        guard let end = entry.to, end < entry.from else { return }
        faults.append(FieldFault("to", "before_from", "must not be before the day from which it holds"))
    }
}

extension ListEntry {
    func holds(on day: BusinessDate) -> Bool {
        liftedAt == nil && from <= day && (to.map { day <= $0 } ?? true)
    }
}

/// Which entry of which list a path names.
struct ListReference: Sendable {
    let list: ControlList
    /// Nil for what is no id.
    let id: UUID?

    /// - Throws: `notFound` for what is no list.
    init(_ context: RPCContext) throws(RPCFault) {
        guard let name = context.resource.first, let list = ControlList(rawValue: name) else {
            throw .notFound("list")
        }
        self.list = list
        id = context.resource.count == 2 ? UUID(uuidString: context.resource[1]) : nil
    }
}
