import Contracts
import Foundation
import RPC

/// Answers who somebody is; throws a `notFound` fault when nobody is known by that.
typealias UserResolver = @Sendable (UserLookup, RPCContext) async throws -> User

/// The deal's team: who may see the deal at all.
struct TeamHandlers: Sendable {
    let teams: TeamStore
    let users: UserResolver
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.team, list)
        router.on(DealMethods.addMember, add)
        router.on(DealMethods.removeMember, remove)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> Team {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await teams.team(DealReference(context), by: caller)
    }

    func add(_ input: NewTeamMember, _ context: RPCContext) async throws -> TeamMember {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        // Asked first, so that nobody can use a deal that is not his to find out who is known to the firm.
        try await teams.requireManager(of: reference, caller)
        let form = try NewMemberForm(input)
        let user: User
        do {
            user = try await users(form.lookup, context)
        } catch let fault as RPCFault where fault.status == .notFound {
            throw form.unknownUser
        }
        return try await teams.add(form.member(user, by: caller), to: reference, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        try await teams.requireManager(of: reference, caller)
        guard context.resource.count == 2, let user = UUID(uuidString: context.resource[1]) else {
            throw RPCFault.notFound("team member")
        }
        try await teams.remove(user, from: reference, by: caller)
        return Nothing()
    }
}
