import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The NDAs of a deal. They have no permission of their own: who reads the deal reads them, who edits it writes them.
struct NDAStore: Sendable {
    let store: Store

    /// - Parameter days: nil for all.
    func list(
        _ reference: DealReference, expiringWithin days: Int?, by caller: Caller
    ) async throws -> DealNDAList {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            guard let days else { return DealNDAList(items: try NDARows.all(of: deal.id, on: caller.today, in: db)) }
            let window = caller.today...caller.today.adding(days: days)
            return DealNDAList(items: try NDARows.expiring(of: deal.id, in: window, db))
        }
    }

    func add(_ new: NewDealNDA, to reference: DealReference, by caller: Caller) async throws -> DealNDA {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            guard try NDARows.count(of: deal.id, in: db) < NDARows.ndasMax else {
                throw RPCFault(.failedPrecondition, "ndas_full", "A deal has at most \(NDARows.ndasMax) NDAs.")
            }
            let counterparty = try CounterpartyRows.find(new.counterpartyId, of: deal.id, in: db)
            var form = NDAForm(new, with: counterparty, by: caller)
            try Self.checkDocument(new.documentId, &form, of: deal, in: db)
            let nda = try form.checked()
            try NDARows.insert(nda, into: deal.id, in: db)
            try Self.record(EventType.dealNDAAdded, nil, nda, of: deal, by: caller, in: db)
            return try Self.signed(nda, of: deal, by: caller, in: db).asOf(caller.today)
        }
    }

    func update(_ reference: WorkReference, _ patch: DealNDAPatch, by caller: Caller) async throws -> DealNDA {
        try await store.write { db in
            let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
            let before = try NDARows.nda(reference.id, of: deal.id, on: caller.today, in: db)
            try WorkVersion.require(before, "NDA", by: caller)
            var form = NDAForm(before, by: caller)
            let stored = form.nda
            form.apply(patch)
            if form.nda.documentId != before.documentId {
                try Self.checkDocument(form.nda.documentId, &form, of: deal, in: db)
            }
            let after = try form.checked()
            guard after != stored else { return before }
            let nda = try NDARows.update(after, at: caller.now, in: db)
            try Self.record(EventType.dealNDAUpdated, stored, nda, of: deal, by: caller, in: db)
            return try Self.signed(nda, of: deal, by: caller, in: db).asOf(caller.today)
        }
    }

    /// One that is executed was signed: the step is recorded with it, unless it is there.
    private static func signed(_ nda: DealNDA, of deal: Deal, by caller: Caller, in db: Database) throws -> DealNDA {
        guard nda.status == .executed, let day = nda.executedOn,
            let counterparty = try CounterpartyRows.find(nda.counterpartyId, of: deal.id, in: db),
            counterparty.steps[CounterpartyStepKind.ndaSigned.rawValue] == nil
        else { return nda }
        let step = NewCounterpartyStep(step: .ndaSigned, on: day, documentId: nda.documentId)
        var told = nda
        told.recordedStepId =
            try CounterpartyStepStore.record(step, for: counterparty, of: deal, by: caller, in: db).step.id
        return told
    }

    private static func checkDocument(
        _ document: UUID?, _ form: inout NDAForm, of deal: Deal, in db: Database
    ) throws {
        guard let document, try DocumentRows.known(document, of: deal.id, in: db) == nil else { return }
        form.unknownDocument()
    }

    private static func record(
        _ type: String, _ before: DealNDA?, _ after: DealNDA, of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try Event.record(
            type, about: deal, by: caller, ids: NDAChanges.ids(after), changes: NDAChanges.between(before, after),
            in: db)
    }
}
