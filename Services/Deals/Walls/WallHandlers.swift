import Contracts
import Foundation
import RPC

/// Who could see a deal, and who is let in for a time: by two people's agreement, or by breaking the glass.
struct WallHandlers: Sendable {
    let accesses: AccessListStore
    let crossings: CrossingStore
    let teams: TeamStore
    let users: UserResolver
    let names: UserNames
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.access, access)
        router.on(DealMethods.breakGlass, breakGlass)
        router.on(DealMethods.crossings, list)
        router.on(DealMethods.requestCrossing, request)
        router.on(DealMethods.decideCrossing, decide)
        router.on(DealMethods.endCrossing, end)
    }

    func access(_ query: AccessQuery, _ context: RPCContext) async throws -> AccessList {
        let caller = try Caller(context, may: .readDeals, now: now())
        var list = try await accesses.list(DealReference(context), at: query.instant(now: caller.now), by: caller)
        guard list.deletedAt != nil else { return list }
        var items: [AccessEntry] = []
        for item in list.items where try await mayRestore(item, context) { items.append(item) }
        list.items = items
        return list
    }

    /// Who manages a deal; of those who merely read it, compliance, by the role that they have today: no other is on record.
    private func mayRestore(_ entry: AccessEntry, _ context: RPCContext) async throws -> Bool {
        guard entry.access != .manage else { return true }
        do {
            return try await users(UserLookup(id: entry.userId), context).role == .compliance
        } catch let fault as RPCFault where fault.status == .notFound {
            return false
        }
    }

    /// Of compliance alone: other roles get one answer, whatever deal they name.
    func breakGlass(_ input: BreakGlass, _ context: RPCContext) async throws -> AccessEntry {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        let reference = try DealReference(context)
        let reason = try input.checked()
        let name = try await names.name(of: caller)
        return try await accesses.breakGlass(reference, reason: reason, name: name, by: caller)
    }

    func list(_ query: CrossingQuery, _ context: RPCContext) async throws -> CrossingPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let (limit, after) = try query.checked()
        return try await crossings.page(limit: limit, after: after, of: DealReference(context), by: caller)
    }

    func request(_ input: NewWallCrossing, _ context: RPCContext) async throws -> WallCrossing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        // Asked first, so that nobody can use a deal that is not his to find out who is known to the firm.
        try await teams.requireManager(of: reference, caller)
        let form = try CrossingForm(input, now: caller.now)
        let user: User
        do {
            user = try await users(UserLookup(id: form.userId), context)
        } catch let fault as RPCFault where fault.status == .notFound {
            throw CrossingForm.unknownUser
        }
        return try await crossings.request(form.crossing(of: user, by: caller), on: reference, by: caller)
    }

    func decide(_ input: CrossingDecision, _ context: RPCContext) async throws -> WallCrossing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let (reference, id) = try Self.named(context)
        return try await crossings.decide(id, of: reference, CrossingDecisionForm(input), by: caller)
    }

    func end(_: Nothing, _ context: RPCContext) async throws -> WallCrossing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let (reference, id) = try Self.named(context)
        return try await crossings.end(id, of: reference, by: caller)
    }

    /// - Throws: `notFound` of the deal for an id that is none, so that it says nothing of the deal.
    private static func named(_ context: RPCContext) throws -> (DealReference, UUID) {
        let reference = try DealReference(context)
        guard context.resource.count == 2, let id = UUID(uuidString: context.resource[1]) else {
            throw RPCFault.notFound("deal")
        }
        return (reference, id)
    }
}
