import Contracts
import RPC

/// The people at an organization, by who may know of it.
struct PersonHandlers: Sendable {
    let persons: PersonStore
    let finding: PersonFindStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.persons, page)
        router.on(DealMethods.addPerson, add)
        router.on(DealMethods.updatePerson, update)
        router.on(DealMethods.removePerson, remove)
        router.on(DealMethods.findPersons, find)
    }

    func page(_ input: ContactPersonQuery, _ context: RPCContext) async throws -> ContactPersonPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let (limit, after) = try (PageLimit.checked(input.limit), NameCursor(input.cursor))
        return try await persons.page(of: context.organization, after: after, limit: limit, by: caller)
    }

    func add(_ input: NewContactPerson, _ context: RPCContext) async throws -> ContactPerson {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await persons.add(input, to: context.organization, by: caller)
    }

    func update(_ input: ContactPersonPatch, _ context: RPCContext) async throws -> ContactPerson {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await persons.update(context.child, of: context.organization, input, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        try await persons.remove(context.child, of: context.organization, by: caller)
        return Nothing()
    }

    func find(_ input: PersonFindQuery, _ context: RPCContext) async throws -> FoundPersons {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await finding.find(PersonFindRequest(input), by: caller)
    }
}
