import Contracts
import RPC

/// The tail of a deal, and the tails that run over all deals that somebody sees.
struct TailHandlers: Sendable {
    let tails: TailStore
    let live: LiveTailStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.tail, get)
        router.on(DealMethods.setTail, set)
        router.on(DealMethods.removeTail, remove)
        router.on(DealMethods.tails, page)
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> DealTail {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await tails.tail(DealReference(context), by: caller)
    }

    func set(_ input: NewDealTail, _ context: RPCContext) async throws -> DealTail {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await tails.set(input, of: DealReference(context), by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        try await tails.remove(DealReference(context), by: caller)
        return Nothing()
    }

    func page(_ input: TailQuery, _ context: RPCContext) async throws -> LiveTailPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await live.page(LiveTailRequest(input, today: caller.today), by: caller)
    }
}
