import Contracts
import RPC

/// The credit splits of a deal.
struct CreditHandlers: Sendable {
    let credits: CreditStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.credits, get)
        router.on(DealMethods.setCredits, set)
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> DealCredits {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await credits.credits(DealReference(context), by: caller)
    }

    func set(_ input: DealCreditsEdit, _ context: RPCContext) async throws -> DealCredits {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await credits.set(input, of: DealReference(context), by: caller)
    }
}
