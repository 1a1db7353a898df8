import Contracts
import Foundation
import RPC

/// A checked question for a page of activities.
struct ActivityRequest: Sendable {
    let limit: Int
    let kind: ActivityKind?
    /// Where the page begins; for the first one behind all that can be stored.
    let before: (milliseconds: Int64, id: UUID)

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: DealActivityQuery) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        kind = query.kind
        guard let text = query.cursor else {
            before = (.max, UUID())
            return
        }
        let cursor = try PageCursor(text)
        before = (try cursor.milliseconds(), cursor.id)
    }
}

/// What was done on a deal: read by who reads it, written by who works on it.
struct ActivityHandlers: Sendable {
    let activities: ActivityStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.activities, list)
        router.on(DealMethods.addActivity, add)
        router.on(DealMethods.updateActivity, update)
        router.on(DealMethods.removeActivity, remove)
    }

    func list(_ input: DealActivityQuery, _ context: RPCContext) async throws -> DealActivityPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await activities.page(DealReference(context), ActivityRequest(input), by: caller)
    }

    func add(_ input: NewDealActivity, _ context: RPCContext) async throws -> DealActivity {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await activities.add(ActivityForm(input, by: caller), to: DealReference(context), by: caller)
    }

    func update(_ input: DealActivityPatch, _ context: RPCContext) async throws -> DealActivity {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await activities.update(WorkReference(context), input, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        try await activities.remove(WorkReference(context), by: caller)
        return Nothing()
    }
}
