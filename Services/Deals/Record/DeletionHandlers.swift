import Contracts
import RPC

/// Deletes deals so that they can be restored, and says how long they must be kept.
struct DeletionHandlers: Sendable {
    let deletions: DeletionStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.delete, delete)
        router.on(DealMethods.restore, restore)
        router.on(DealMethods.decideRetention, decideRetention)
    }

    func delete(_ input: DealDeletion, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        return try await deletions.delete(reference, input, by: caller)
    }

    func restore(_ input: DealRestoration, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        return try await deletions.restore(reference, input, by: caller)
    }

    func decideRetention(_ input: RetentionDecision, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        let reference = try DealReference(context)
        return try await deletions.decideRetention(reference, input, by: caller)
    }
}
