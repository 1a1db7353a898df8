import Contracts
import RPC

/// Create, read and change deals.
struct DealHandlers: Sendable {
    let deals: DealStore
    let names: UserNames
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.create, create)
        router.onEncoded(DealMethods.get, get)
        router.on(DealMethods.update, update)
    }

    func create(_ input: NewDeal, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .createDeals, now: now())
        let form = DealForm(input, by: caller)
        let name = try await names.name(of: caller)
        return try await deals.create(form, custom: input.customFields, leadName: name, by: caller)
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> RPCReply {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await deals.get(DealReference(context), by: caller)
    }

    func update(_ input: DealPatch, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        guard context.ifMatch != nil else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        return try await deals.update(DealReference(context), input, by: caller)
    }
}
