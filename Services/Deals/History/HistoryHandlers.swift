import Contracts
import NIOCore
import RPC

/// What was changed in a deal, and all that happened on it.
struct HistoryHandlers: Sendable {
    let changes: ChangeStore
    let timeline: TimelineStore
    let reads: SecretReads
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.changes, page)
        router.on(DealMethods.timeline, timeline)
    }

    func page(_ input: DealChangeQuery, _ context: RPCContext) async throws -> DealChangePage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let reference = try DealReference(context)
        let page = try await changes.page(reference, ChangeRequest(input), by: caller)
        await reads.note("changes", of: reference, version: nil, by: caller)
        return page
    }

    func timeline(_ input: TimelineQuery, _ context: RPCContext) async throws -> TimelinePage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let reference = try DealReference(context)
        let page = try await timeline.page(reference, TimelineRequest(input), by: caller)
        await reads.note("timeline", of: reference, version: nil, by: caller)
        return page
    }
}
