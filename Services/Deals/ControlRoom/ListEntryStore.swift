import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// The watch list, the restricted list and the list of those whom nobody may approach: compliance's alone.
struct ListEntryStore: Sendable {
    let store: Store

    func page(of list: ControlList, _ query: ListEntryQuery, by caller: Caller) async throws -> ListEntryPage {
        let limit = try PageLimit.checked(query.limit)
        let after = query.cursor.map(UUID.init(uuidString:))
        if case .some(.none) = after { throw RPCFault.cursorInvalid }
        return try await store.read { db in
            // One row more than asked tells whether there is a next page.
            var items = try ListEntryRows.page(
                of: list, query, after: after ?? nil, limit: limit + 1, on: caller.today, in: db)
            let hasMore = items.count > limit
            if hasMore { items.removeLast() }
            return ListEntryPage(
                items: try items.map { try Self.shown($0, to: caller, in: db) },
                nextCursor: hasMore ? items.last?.id.text : nil)
        }
    }

    func add(_ new: NewListEntry, to list: ControlList, by caller: Caller) async throws -> ListEntry {
        try await store.onceOfNoDeal(by: caller, again: { try Self.shown($0, to: caller, in: $1) }) { db in
            var form = ListEntryForm(new, on: list, by: caller)
            if let id = new.organizationId, new.name == nil {
                form.name(try OrganizationSight.find(id, by: caller, in: db)?.organization)
            }
            if let text = new.deal { form.deal(try Self.deal(text, by: caller, in: db)) }
            let entry = try form.checked()
            try ListEntryRows.insert(entry, in: db)
            try Self.record(EventType.listEntryPlaced, nil, entry, by: caller, in: db)
            return entry
        }
    }

    func update(_ reference: ListReference, _ patch: ListEntryPatch, by caller: Caller) async throws -> ListEntry {
        try await store.write { db in
            let before = try Self.read(reference, by: caller, in: db)
            var form = ListEntryForm(before, today: caller.today)
            form.apply(patch)
            var after = try form.checked()
            guard after != before else { return try Self.shown(before, to: caller, in: db) }
            after.version += 1
            try ListEntryRows.update(after, in: db)
            try Self.record(EventType.listEntryUpdated, before, after, by: caller, in: db)
            return try Self.shown(after, to: caller, in: db)
        }
    }

    /// From now on it holds nobody back, and stays readable.
    func lift(_ reference: ListReference, _ input: ListEntryLift, by caller: Caller) async throws -> ListEntry {
        var faults: [FieldFault] = []
        let reason = TextRule("reason", 1...500, allowsLines: true).check(input.reason, &faults)
        guard let reason else { throw RPCFault.invalid(faults) }
        return try await store.write { db in
            let before = try Self.read(reference, by: caller, in: db)
            var after = before
            (after.liftedBy, after.liftReason) = (caller.id, reason)
            // A clock that was set back does not lift an entry before it was placed.
            after.liftedAt = max(caller.now, before.placedAt)
            (after.active, after.version) = (false, before.version + 1)
            try ListEntryRows.update(after, in: db)
            try Self.record(EventType.listEntryLifted, before, after, by: caller, in: db)
            return try Self.shown(after, to: caller, in: db)
        }
    }

    /// As the caller read it, and not lifted yet.
    private static func read(_ reference: ListReference, by caller: Caller, in db: Database) throws -> ListEntry {
        let entry = try ListEntryRows.entry(reference, on: caller.today, in: db)
        try WorkVersion.require(shown(entry, to: caller, in: db), "entry", by: caller)
        guard entry.liftedAt == nil else {
            throw RPCFault(.failedPrecondition, "entry_lifted", "The entry was lifted; place another one.")
        }
        return entry
    }

    /// Nil for what is not there and for what the caller may not read.
    private static func deal(_ text: String, by caller: Caller, in db: Database) throws -> UUID? {
        guard let reference = DealReference(text: text) else { return nil }
        do {
            return try DealRows.seen(reference, by: caller, may: .read, in: db).deal.id
        } catch let fault as RPCFault where fault.status == .notFound {
            return nil
        }
    }

    private static func shown(_ entry: ListEntry, to caller: Caller, in db: Database) throws -> ListEntry {
        guard let deal = entry.dealId,
            try !DealRows.visible([deal], to: caller, in: db).ids.contains(deal)
        else { return entry }
        var entry = entry
        entry.dealId = nil
        return entry
    }

    /// Which deal an entry is for, the log is not told: it may be a secret one.
    private static func record(
        _ type: String, _ before: ListEntry?, _ after: ListEntry, by caller: Caller, in db: Database
    ) throws {
        let fields: [(String, (ListEntry) -> String?)] = [
            ("list", { $0.list.rawValue }), ("organizationId", { $0.organizationId?.text }), ("name", { $0.name }),
            ("reason", { $0.reason }), ("from", { $0.from.text }), ("to", { $0.to?.text }),
            ("liftReason", { $0.liftReason }),
        ]
        let changes = fields.compactMap { name, value in
            let (old, new) = (before.flatMap(value), value(after))
            return old == new ? nil : FieldChange(name, before: old, after: new)
        }
        var event = Event.of(
            EventSubject(kind: "list_entry", id: after.id.text), type: type, by: caller, changes: changes)
        event.version = after.version
        try EventFeed.append(event, in: db)
    }
}
