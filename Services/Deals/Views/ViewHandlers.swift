import Contracts
import Foundation
import RPC

/// Saved views: kept by their owners, and run for whoever asks, over the deals that he may see.
struct ViewHandlers: Sendable {
    let views: ViewStore
    let list: DealListStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.views, page)
        router.on(DealMethods.createView, create)
        router.on(DealMethods.view, get)
        router.on(DealMethods.updateView, update)
        router.on(DealMethods.removeView, remove)
        router.onEncoded(DealMethods.viewDeals, deals)
    }

    func page(_ input: DealViewQuery, _ context: RPCContext) async throws -> DealViewPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let limits = ViewStore.pageLimits
        let limit = try PageLimit.checked(input.limit, in: limits, usual: limits.upperBound)
        let after = try input.cursor.map { try ViewCursor($0) } ?? .start
        return try await views.page(limit: limit, after: after, by: caller)
    }

    func create(_ input: NewDealView, _ context: RPCContext) async throws -> DealView {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await views.create(ViewForm(input, by: caller).checked(), by: caller)
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> DealView {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await views.view(Self.id(context), by: caller)
    }

    func update(_ input: DealViewPatch, _ context: RPCContext) async throws -> DealView {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await views.update(Self.id(context), input, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .readDeals, now: now())
        try await views.remove(Self.id(context), by: caller)
        return Nothing()
    }

    func deals(_ input: ViewDealsQuery, _ context: RPCContext) async throws -> RPCReply {
        let caller = try Caller(context, may: .readDeals, now: now())
        let view = try await views.view(Self.id(context), by: caller)
        let search = DealSearch(
            filter: view.filter, sort: view.sort, cursor: input.cursor, limit: input.limit, count: input.count)
        return RPCReply(body: try await list.page(ListRequest(search, isQuery: true), by: caller))
    }

    private static func id(_ context: RPCContext) throws(RPCFault) -> UUID {
        guard let id = context.resource.first.flatMap(UUID.init(uuidString:)) else { throw .notFound("view") }
        return id
    }
}
