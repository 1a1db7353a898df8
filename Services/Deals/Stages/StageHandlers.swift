import Contracts
import RPC

/// Where a deal may go, the going, and where it has been.
struct StageHandlers: Sendable {
    let transitions: TransitionStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.transitions, options)
        router.on(DealMethods.move, move)
        router.on(DealMethods.history, history)
    }

    func options(_: Nothing, _ context: RPCContext) async throws -> TransitionOptions {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await transitions.options(DealReference(context), by: caller)
    }

    func move(_ input: Move, _ context: RPCContext) async throws -> MovedDeal {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await transitions.move(DealReference(context), input, by: caller)
    }

    func history(_: Nothing, _ context: RPCContext) async throws -> StageHistory {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await transitions.history(DealReference(context), by: caller)
    }
}
