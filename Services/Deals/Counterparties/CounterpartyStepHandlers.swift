import Contracts
import Foundation
import RPC
import Storage

/// What happened with counterparties, step by step.
struct CounterpartyStepHandlers: Sendable {
    let steps: CounterpartyStepStore
    let bulk: StepBulkStore
    let now: WallClock

    init(store: Store, now: @escaping WallClock) {
        steps = CounterpartyStepStore(store: store)
        bulk = StepBulkStore(store: store)
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.counterpartySteps, list)
        router.on(DealMethods.addCounterpartyStep, add)
        router.on(DealMethods.voidCounterpartyStep, void)
        router.on(DealMethods.addCounterpartySteps, addMany)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> CounterpartyStepList {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await steps.list(WorkReference(context), by: caller)
    }

    func add(_ input: NewCounterpartyStep, _ context: RPCContext) async throws -> CounterpartyStep {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await steps.add(input, to: WorkReference(context), by: caller)
    }

    func void(_ input: StepVoiding, _ context: RPCContext) async throws -> CounterpartyStep {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let (reference, step) = try WorkReference.withChild(context)
        return try await steps.void(step, of: reference, input, by: caller)
    }

    func addMany(_ input: CounterpartyStepBulk, _ context: RPCContext) async throws -> CounterpartyStepBulkResult {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await bulk.add(input, to: DealReference(context), by: caller)
    }
}
