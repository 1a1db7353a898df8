import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The same step for many counterparties of a deal: each in its own savepoint and past its own guards.
struct StepBulkStore: Sendable {
    let store: Store

    static let counterpartiesMax = 500

    func add(
        _ input: CounterpartyStepBulk, to reference: DealReference, by caller: Caller
    ) async throws -> CounterpartyStepBulkResult {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            try Self.check(input.counterpartyIds)
            let step = try CounterpartyStepStore.checked(input.one, of: deal, by: caller, in: db)
            let isTrial = input.dryRun == true
            let items = try db.alone(isTrial: isTrial) {
                let items = try input.counterpartyIds.map { id in
                    try Self.item(id, step, of: deal, by: caller, in: db)
                }
                try CounterpartyRows.requireRoom(on: deal.id, in: db)
                return items
            }
            return CounterpartyStepBulkResult(items: try items.get(), dryRun: isTrial)
        }
    }

    private static func check(_ ids: [UUID]) throws(RPCFault) {
        var faults: [FieldFault] = []
        if !(1...counterpartiesMax).contains(ids.count) {
            faults.append(
                FieldFault("counterpartyIds", "out_of_range", "must be 1 to \(counterpartiesMax) counterparties"))
        } else if Set(ids).count < ids.count {
            faults.append(FieldFault("counterpartyIds", "repeated", "A counterparty is named twice."))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
    }

    private static func item(
        _ id: UUID, _ step: NewCounterpartyStep, of deal: Deal, by caller: Caller, in db: Database
    ) throws -> StepBulkItem {
        let outcome = try db.alone {
            let counterparty = try CounterpartyRows.counterparty(id, of: deal.id, in: db)
            return try CounterpartyStepStore.record(step, for: counterparty, of: deal, by: caller, in: db)
        }
        switch outcome {
        case .success(let (step, counterparty)):
            return StepBulkItem(counterpartyId: id, stepId: step.id, status: counterparty.status)
        case .failure(let fault):
            return StepBulkItem(
                counterpartyId: id, code: fault.code, message: fault.message, errors: fault.errors)
        }
    }
}
