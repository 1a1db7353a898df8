import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Records steps and makes them void; how far the counterparty is moves in the same transaction.
struct CounterpartyStepStore: Sendable {
    let store: Store

    /// Of one counterparty, void ones too: they are answered whole.
    static let stepsMax = 200

    func list(_ reference: WorkReference, by caller: Caller) async throws -> CounterpartyStepList {
        try await store.read { db in
            let deal = try DealRows.seen(reference.deal, by: caller, may: .read, in: db).deal
            let counterparty = try CounterpartyRows.counterparty(reference.id, of: deal.id, in: db)
            return CounterpartyStepList(items: try CounterpartyStepRows.all(of: counterparty.id, in: db))
        }
    }

    func add(
        _ new: NewCounterpartyStep, to reference: WorkReference, by caller: Caller
    ) async throws -> CounterpartyStep {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
            let counterparty = try CounterpartyRows.counterparty(reference.id, of: deal.id, in: db)
            let step = try Self.checked(new, of: deal, by: caller, in: db)
            let recorded = try Self.record(step, for: counterparty, of: deal, by: caller, in: db).step
            try CounterpartyRows.requireRoom(on: deal.id, in: db)
            return recorded
        }
    }

    /// - Parameter step: nil for what is no id.
    func void(
        _ step: UUID?, of reference: WorkReference, _ voiding: StepVoiding, by caller: Caller
    ) async throws -> CounterpartyStep {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
            let before = try CounterpartyRows.counterparty(reference.id, of: deal.id, in: db)
            var steps = try CounterpartyStepRows.all(of: before.id, in: db)
            guard let index = steps.firstIndex(where: { $0.id == step }) else { throw RPCFault.notFound("step") }
            guard steps[index].voidedAt == nil else {
                throw RPCFault(.failedPrecondition, "step_void", "The step is void already.")
            }
            steps[index].voidReason = try CounterpartyStepForm.voidReason(voiding)
            // A clock that was set back must not make a step void before it was recorded.
            steps[index].voidedAt = max(caller.now, steps[index].recordedAt)
            steps[index].voidedBy = caller.id
            try CounterpartyStepRows.void(steps[index], in: db)
            let standing = CounterpartyStanding(steps, addedOn: before.addedAt.day)
            let after = try CounterpartyRows.settle(before, standing, in: db)
            try Event.record(
                EventType.dealCounterpartyStepVoided, about: deal, by: caller,
                ids: CounterpartyChanges.ids(steps[index]),
                changes: CounterpartyChanges.of(steps[index], before, after), in: db)
            return steps[index]
        }
    }

    /// The step as it was sent, if it fits.
    static func checked(
        _ new: NewCounterpartyStep, of deal: Deal, by caller: Caller, in db: Database
    ) throws -> NewCounterpartyStep {
        var form = CounterpartyStepForm(new, by: caller)
        if let document = new.documentId, try DocumentRows.known(document, of: deal.id, in: db) == nil {
            form.unknownDocument()
        }
        return try form.checked()
    }

    /// Records a step that fits, with its event, if nothing stands against it. Whether there is room for its words, the
    /// caller asks.
    static func record(
        _ new: NewCounterpartyStep, for before: Counterparty, of deal: Deal, by caller: Caller, in db: Database
    ) throws -> (step: CounterpartyStep, counterparty: Counterparty) {
        let steps = try CounterpartyStepRows.all(of: before.id, in: db)
        try guards(new, for: before, CounterpartyStanding(steps, addedOn: before.addedAt.day), in: db).require()
        guard steps.count < stepsMax else {
            throw RPCFault(.failedPrecondition, "steps_full", "A counterparty has at most \(stepsMax) steps.")
        }
        let step = CounterpartyStep(new, of: before.id, by: caller)
        try CounterpartyStepRows.insert(step, on: deal.id, in: db)
        let standing = CounterpartyStanding(steps + [step], addedOn: before.addedAt.day)
        let after = try CounterpartyRows.settle(before, standing, in: db)
        try Event.record(
            EventType.dealCounterpartyStepRecorded, about: deal, by: caller, ids: CounterpartyChanges.ids(step),
            changes: CounterpartyChanges.of(step, before, after), in: db)
        return (step, after)
    }

    private static func guards(
        _ new: NewCounterpartyStep, for counterparty: Counterparty, _ standing: CounterpartyStanding, in db: Database
    ) throws -> StepGuards {
        var guards = StepGuards(step: new.step, on: new.on)
        guard StepGuards.isOutreach(new.step) else { return guards }
        (guards.approvedOn, guards.leftOn) = (standing.approvedOn, standing.leftOn)
        if StepGuards.needsNDA(new.step) { guards.ndas = try NDARows.signed(with: counterparty, in: db) }
        guards.isBanned = try ContactBans.exist(
            for: counterparty.organizationId, named: counterparty.name, on: new.on, in: db)
        return guards
    }
}
