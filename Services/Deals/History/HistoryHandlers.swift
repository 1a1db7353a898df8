import Contracts
import NIOCore
import RPC

/// What was changed in a deal, and all that happened on it.
struct HistoryHandlers: Sendable {
    let changes: ChangeStore
    let timeline: TimelineStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.changes, page)
        router.on(DealMethods.timeline, timeline)
    }

    func page(_ input: DealChangeQuery, _ context: RPCContext) async throws -> DealChangePage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await changes.page(DealReference(context), ChangeRequest(input), by: caller)
    }

    func timeline(_ input: TimelineQuery, _ context: RPCContext) async throws -> TimelinePage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await timeline.page(DealReference(context), TimelineRequest(input), by: caller)
    }
}
