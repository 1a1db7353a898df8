import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Creates, reads and changes deals. Each method is one transaction: row, side rows and event are there together or
/// not.
struct DealStore: Sendable {
    let store: Store
    let bodies: DealBodies
    let pipelines: PipelineStore

    /// The deal as JSON.
    func get(_ reference: DealReference, by caller: Caller) async throws -> RPCReply {
        try await store.lookUp { db in
            guard let (id, state) = try DealRows.glimpse(reference, by: caller, in: db) else {
                let deal = try DealRows.deleted(reference, by: caller, in: db).deal
                return RPCReply(body: try bodies.encode(deal), resource: deal.resourceID, version: deal.version)
            }
            if let body = bodies.body(of: id, state) {
                return RPCReply(body: body, resource: id.text, version: state.version)
            }
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return RPCReply(body: try bodies.encode(deal), resource: deal.resourceID, version: deal.version)
        }
    }

    func create(_ new: NewDeal, leadName: String, by caller: Caller) async throws -> Deal {
        try await store.once(by: caller, about: \.id) { db in
            try create(new, leadName: leadName, by: caller, in: db)
        }
    }

    func create(_ new: NewDeal, leadName: String, by caller: Caller, in db: Database) throws -> Deal {
        let form = try openingRules(in: db).form(new, for: caller)
        return try open(form, leadName: leadName, by: caller, in: db)
    }

    func openingRules(in db: Database) throws -> OpeningRules {
        let (mark, pipelines) = try pipelines.marked(in: db)
        return OpeningRules(mark: mark, pipelines: pipelines, definitions: try CustomFieldRows.all(in: db))
    }

    func open(_ form: DealForm, leadName: String, by caller: Caller, in db: Database) throws -> Deal {
        var form = form
        // Asked last and only of a request that would succeed, so that trying names leaves a trace: a deal, its event.
        if form.faults.isEmpty, try DealRows.isTaken(codeName: form.deal.codeName, except: form.deal.id, in: db) {
            form.codeNameNotAvailable()
        }
        guard form.faults.isEmpty else { throw RPCFault.invalid(form.faults) }
        var deal = form.deal
        deal.number = try Self.nextNumber(year: caller.today.year, in: db).text
        try DealRows.insert(deal, in: db)
        try TransitionStore.append(.creation(of: deal, by: caller), of: deal, in: db)
        try TeamStore.append(.creator(of: deal, name: leadName, by: caller), to: deal, in: db)
        try ChangeRows.begin(deal, by: caller, in: db)
        try Event.record(
            EventType.dealCreated, about: deal, by: caller, changes: DealChanges.between(nil, deal), in: db)
        try ConflictWatch.opened(deal, by: caller, in: db)
        return deal
    }

    func update(_ reference: DealReference, _ patch: DealPatch, by caller: Caller) async throws -> Deal {
        try await store.write { db in try update(reference, patch, by: caller, in: db) }
    }

    func update(_ reference: DealReference, _ patch: DealPatch, by caller: Caller, in db: Database) throws -> Deal {
        let seen = try DealRows.seen(reference, by: caller, may: .edit, in: db)
        try ChangeRows.requireUnchanged(patch, since: caller.context.ifMatch, seen.deal, in: db)
        let pipeline = try pipelines.pipeline(of: seen.deal.type, in: db)
        let patched = try Self.patched(seen, patch, pipeline, by: caller, in: db)
        guard patched != seen.deal else { return seen.deal }
        let saved = try Self.save(patched, replacing: seen.deal, EventType.dealUpdated, by: caller, in: db)
        if saved.status.isEnded, let day = saved.closedOn, day != seen.deal.closedOn {
            try Closings.freeze(saved.id, on: day, in: db)
        }
        return saved
    }

    /// The deal with the patch applied and checked, also against other rows.
    static func patched(
        _ seen: SeenDeal, _ patch: DealPatch, _ pipeline: Pipeline, by caller: Caller, in db: Database
    ) throws -> Deal {
        var form = DealForm(seen.deal, in: pipeline, today: caller.today)
        form.apply(patch)
        if let custom = patch.customFields { form.customFields(custom, try CustomFieldRows.all(in: db)) }
        let (before, after) = (seen.deal, form.deal)
        if after.leadId != before.leadId || after.confidentiality != before.confidentiality {
            // Both change who sees the deal or who answers for it.
            try seen.access.require(.manage)
        }
        if after.legalHold != before.legalHold || after.retentionUntil != before.retentionUntil {
            try seen.access.require(.manage)
        }
        if before.status.isEnded, after.closedOn != before.closedOn { try seen.access.require(.manage) }
        if after.leadId != before.leadId, try TeamStore.access(of: after.leadId, to: after.id, in: db) != .manage {
            form.fault("leadId", "not_a_manager", "must be a member of the deal's team who may manage the deal")
        }
        // See `create`: asked last.
        if form.faults.isEmpty, after.codeName != before.codeName,
            try DealRows.isTaken(codeName: after.codeName, except: after.id, in: db)
        {
            form.codeNameNotAvailable()
        }
        guard form.faults.isEmpty else { throw RPCFault.invalid(form.faults) }
        return after
    }

    /// Counts the version up, writes the row, writes down what changed and tells it.
    static func save(
        _ changed: Deal, replacing before: Deal, _ eventType: String, extra: [FieldChange] = [], by caller: Caller,
        in db: Database
    ) throws -> Deal {
        var deal = changed
        deal.version += 1
        // A clock that was set back must not make the deal look older than it was.
        deal.updatedAt = max(caller.now, before.updatedAt)
        try DealRows.update(deal, in: db)
        if FeeEngine.Values(deal) != FeeEngine.Values(before) { try FeeRows.settle(deal, in: db) }
        let changes = try DealMembers(deal).changes(since: DealMembers(before))
        try ChangeRows.append(changes, to: deal, eventType, by: caller, in: db)
        try Event.record(
            eventType, about: deal, before: before, by: caller,
            changes: DealChanges.between(before, deal) + extra, in: db)
        try ConflictWatch.changed(before, deal, by: caller, in: db)
        return deal
    }

    /// What new deals are checked against, as one transaction sees it.
    struct OpeningRules: Sendable {
        /// Of the pipelines: others have another.
        fileprivate let mark: Int64
        fileprivate let pipelines: [DealType: StoredPipeline]
        fileprivate let definitions: [CustomField]

        func isSame(as other: OpeningRules) -> Bool { mark == other.mark && definitions == other.definitions }

        func pipeline(of type: DealType) throws -> Pipeline {
            guard let stored = pipelines[type] else { throw StoredValueFault(column: "deal_type") }
            return stored.pipeline
        }

        /// A new deal in the first stage of its pipeline, with the values of custom fields checked against their
        /// definitions, and all that is wrong with it but for one thing: whether its name is taken, `open` says.
        func form(_ new: NewDeal, for caller: Caller) throws -> DealForm {
            var form = DealForm(new, in: try pipeline(of: new.type), by: caller)
            form.customFields(new.customFields.map { .set($0.mapValues(Patch.set)) }, definitions)
            form.requireCustomFields(definitions)
            return form
        }
    }

    private static func nextNumber(year: Int, in db: Database) throws -> DealNumber {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO deal_number (year, last) VALUES (?, 1)
                ON CONFLICT (year) DO UPDATE SET last = last + 1 RETURNING last
                """)
        guard let count = try Int.fetchOne(statement, arguments: [year]) else { throw StoredValueFault(column: "last") }
        return DealNumber(year: year, count: count)
    }
}
