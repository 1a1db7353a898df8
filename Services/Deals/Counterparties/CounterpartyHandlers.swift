import Contracts
import RPC

/// The other side of a deal: listed by who reads it, added by who works on it.
struct CounterpartyHandlers: Sendable {
    let counterparties: CounterpartyStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.counterparties, list)
        router.on(DealMethods.addCounterparty, add)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> CounterpartyList {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await counterparties.list(DealReference(context), by: caller)
    }

    func add(_ input: NewCounterparty, _ context: RPCContext) async throws -> Counterparty {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        return try await counterparties.add(Counterparty(input, by: caller), to: reference, by: caller)
    }
}
