import Contracts
import Foundation
import GRDB
import NIOCore
import RPC
import Storage

/// The buyers, investors, lenders or targets of a deal. They have no permission of their own: who reads the deal reads
/// them.
struct CounterpartyStore: Sendable {
    let store: Store

    /// A `CounterpartyList` as JSON.
    func list(_ reference: DealReference, by caller: Caller) async throws -> ByteBuffer {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return try TrackerText.json(CounterpartyRows.withDays(of: deal.id, in: db))
        }
    }

    func add(_ new: NewCounterparty, to reference: DealReference, by caller: Caller) async throws -> Counterparty {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let counterparty = try Self.add(new, to: deal, by: caller, in: db)
            try CounterpartyRows.requireRoom(on: deal.id, in: db)
            return counterparty
        }
    }

    func update(
        _ reference: WorkReference, _ patch: CounterpartyPatch, by caller: Caller
    ) async throws -> Counterparty {
        try await store.write { db in
            let (deal, before) = try Self.read(reference, by: caller, in: db)
            var form = CounterpartyForm(before, by: caller)
            form.apply(patch)
            var counterparty = try Self.linked(&form, before, of: deal, by: caller, in: db)
            if counterparty != before {
                if counterparty.name != before.name || counterparty.organizationId != before.organizationId {
                    try Self.requireNoTwin(of: counterparty, on: deal, in: db)
                }
                counterparty = try CounterpartyRows.update(counterparty, at: caller.now, in: db)
                try CounterpartyRows.requireRoom(on: deal.id, in: db)
                try Self.record(EventType.dealCounterpartyUpdated, before, counterparty, of: deal, by: caller, in: db)
                if counterparty.name != before.name || counterparty.organizationId != before.organizationId {
                    try Self.watch(counterparty, of: deal, by: caller, in: db)
                }
            }
            return try Self.approved(counterparty, form.approvedOn, of: deal, by: caller, in: db)
        }
    }

    /// Takes back what was added by mistake; what has a history is excluded by a step.
    func remove(_ reference: WorkReference, by caller: Caller) async throws {
        try await store.write { db in
            let (deal, counterparty) = try Self.read(reference, by: caller, in: db)
            guard counterparty.steps.isEmpty, try NDARows.all(of: counterparty, in: db).isEmpty,
                try !BidRows.exist(of: counterparty.id, on: deal.id, in: db)
            else {
                throw RPCFault(
                    .failedPrecondition, "counterparty_has_history",
                    "It has steps, an NDA or a bid; exclude it by a step, with the reason.")
            }
            try CounterpartyRows.remove(counterparty, by: caller, in: db)
            try Self.record(EventType.dealCounterpartyRemoved, counterparty, nil, of: deal, by: caller, in: db)
        }
    }

    /// With its event, and with the client's approval if the input tells of one. Whether there is room, the caller asks.
    static func add(
        _ new: NewCounterparty, to deal: Deal, by caller: Caller, in db: Database
    ) throws -> Counterparty {
        var form = CounterpartyForm(new, by: caller)
        let counterparty = try linked(&form, nil, of: deal, by: caller, in: db)
        try requireNoTwin(of: counterparty, on: deal, in: db)
        try CounterpartyRows.insert(counterparty, into: deal.id, in: db)
        try record(EventType.dealCounterpartyAdded, nil, counterparty, of: deal, by: caller, in: db)
        try watch(counterparty, of: deal, by: caller, in: db)
        return try approved(counterparty, form.approvedOn, of: deal, by: caller, in: db)
    }

    /// The counterparty of the form, whose organization, person and banker are found to be such.
    /// - Parameter before: nil for a new one; what was found before is not asked again.
    private static func linked(
        _ form: inout CounterpartyForm, _ before: Counterparty?, of deal: Deal, by caller: Caller, in db: Database
    ) throws -> Counterparty {
        let filled = form.counterparty
        let isMoved = filled.organizationId != before?.organizationId
        if isMoved, let id = filled.organizationId {
            form.name(try OrganizationSight.find(id, by: caller, in: db)?.organization)
        }
        if let id = filled.contactPersonId, isMoved || id != before?.contactPersonId {
            let person = try PersonRows.person(id, in: db)
            let isKnown =
                try person?.organizationId == filled.organizationId
                && OrganizationSight.find(filled.organizationId, by: caller, in: db) != nil
            form.name(isKnown ? person : nil)
        }
        if let cover = filled.coveredBy, cover != before?.coveredBy,
            try TeamStore.access(of: cover, to: deal.id, in: db) == nil
        {
            form.coverIsUnknown()
        }
        return try form.checked()
    }

    private static func requireNoTwin(of counterparty: Counterparty, on deal: Deal, in db: Database) throws {
        guard try CounterpartyRows.twin(of: counterparty, on: deal.id, in: db) == nil else { throw exists }
    }

    /// Under every name that it has had on the deal it is met by other deals' parties.
    private static func watch(
        _ counterparty: Counterparty, of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try ConflictWatch.added(
            counterparty: counterparty.name, organization: counterparty.organizationId, to: deal, by: caller, in: db)
    }

    static let exists = RPCFault(
        .alreadyExists, "counterparty_exists", "The deal has a counterparty of this name or organization.")

    private static func approved(
        _ counterparty: Counterparty, _ day: BusinessDate?, of deal: Deal, by caller: Caller, in db: Database
    ) throws -> Counterparty {
        guard let day else { return counterparty }
        let step = NewCounterpartyStep(step: .approvedByClient, on: day)
        return try CounterpartyStepStore.record(step, for: counterparty, of: deal, by: caller, in: db).counterparty
    }

    /// The counterparty as the caller read it, of a deal that he may edit.
    private static func read(
        _ reference: WorkReference, by caller: Caller, in db: Database
    ) throws -> (Deal, Counterparty) {
        let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
        let counterparty = try CounterpartyRows.counterparty(reference.id, of: deal.id, in: db)
        try WorkVersion.require(counterparty, "counterparty", by: caller)
        return (deal, counterparty)
    }

    private static func record(
        _ type: String, _ before: Counterparty?, _ after: Counterparty?, of deal: Deal, by caller: Caller,
        in db: Database
    ) throws {
        try Event.record(
            type, about: deal, by: caller, ids: CounterpartyChanges.ids(before, after),
            changes: CounterpartyChanges.between(before, after), in: db)
    }
}
