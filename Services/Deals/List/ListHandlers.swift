import Contracts
import RPC

/// The deals that somebody may see, page by page.
struct ListHandlers: Sendable {
    let list: DealListStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.onEncoded(DealMethods.list, page)
        router.onEncoded(DealMethods.search, search)
    }

    func page(_ input: DealQuery, _ context: RPCContext) async throws -> RPCReply {
        let caller = try Caller(context, may: .readDeals, now: now())
        return RPCReply(body: try await list.page(ListRequest(input), by: caller))
    }

    func search(_ input: DealSearch, _ context: RPCContext) async throws -> RPCReply {
        let caller = try Caller(context, may: .readDeals, now: now())
        return RPCReply(body: try await list.page(ListRequest(input), by: caller))
    }
}
