import Contracts
import Foundation
import RPC

/// The parties of a deal, and the deals of an organization: two ways to read one table.
struct PartyHandlers: Sendable {
    let parties: PartyStore
    let deals: OrganizationDealStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.parties, list)
        router.on(DealMethods.addParty, add)
        router.on(DealMethods.updateParty, update)
        router.on(DealMethods.removeParty, remove)
        router.on(DealMethods.organizationDeals, dealsOfOrganization)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> DealPartyList {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await parties.list(DealReference(context), by: caller)
    }

    func add(_ input: NewDealParty, _ context: RPCContext) async throws -> DealParty {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await parties.add(input, to: DealReference(context), by: caller)
    }

    func update(_ input: DealPartyPatch, _ context: RPCContext) async throws -> DealParty {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await parties.update(WorkReference(context), input, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        try await parties.remove(WorkReference(context), by: caller)
        return Nothing()
    }

    func dealsOfOrganization(
        _ input: OrganizationDealQuery, _ context: RPCContext
    ) async throws -> OrganizationDealPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let limit = try PageLimit.checked(input.limit)
        let after = input.cursor.map(UUID.init(uuidString:))
        if case .some(.none) = after { throw RPCFault.cursorInvalid }
        return try await deals.page(of: context.organization, limit: limit, after: after ?? nil, by: caller)
    }
}
