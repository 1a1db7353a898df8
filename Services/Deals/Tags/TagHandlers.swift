import Contracts
import RPC

/// The tags that there are, for whoever types one.
struct TagHandlers: Sendable {
    let tags: TagStore
    let now: WallClock

    func register(on router: inout RPCRouter) { router.on(DealMethods.tags, list) }

    func list(_ input: TagQuery, _ context: RPCContext) async throws -> TagList {
        let caller = try Caller(context, may: .readDeals, now: now())
        let limit = try PageLimit.checked(input.limit)
        let prefix = TagRule.folded(input.q ?? "")
        guard prefix.unicodeScalars.count <= TagRule.scalarsMax else { return TagList(items: []) }
        return try await tags.list(beginningWith: prefix, limit: limit, by: caller)
    }
}
