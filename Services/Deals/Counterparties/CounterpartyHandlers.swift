import Contracts
import Foundation
import RPC
import Storage

/// The other side of a deal: read by who reads the deal, worked on by who edits it.
struct CounterpartyHandlers: Sendable {
    let counterparties: CounterpartyStore
    let funnels: FunnelStore
    let bulk: CounterpartyBulkStore
    let now: WallClock

    init(store: Store, now: @escaping WallClock) {
        counterparties = CounterpartyStore(store: store)
        funnels = FunnelStore(store: store)
        bulk = CounterpartyBulkStore(store: store)
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.onEncoded(DealMethods.counterparties, list)
        router.on(DealMethods.addCounterparty, add)
        router.on(DealMethods.updateCounterparty, update)
        router.on(DealMethods.removeCounterparty, remove)
        router.on(DealMethods.addCounterparties, addMany)
        router.on(DealMethods.counterpartyFunnel, funnel)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> RPCReply {
        let caller = try Caller(context, may: .readDeals, now: now())
        return RPCReply(body: try await counterparties.list(DealReference(context), by: caller))
    }

    func add(_ input: NewCounterparty, _ context: RPCContext) async throws -> Counterparty {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await counterparties.add(input, to: DealReference(context), by: caller)
    }

    func update(_ input: CounterpartyPatch, _ context: RPCContext) async throws -> Counterparty {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await counterparties.update(WorkReference(context), input, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        try await counterparties.remove(WorkReference(context), by: caller)
        return Nothing()
    }

    func addMany(_ input: CounterpartyBulk, _ context: RPCContext) async throws -> CounterpartyBulkResult {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await bulk.add(input, to: DealReference(context), by: caller)
    }

    func funnel(_: Nothing, _ context: RPCContext) async throws -> CounterpartyFunnel {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await funnels.funnel(DealReference(context), by: caller)
    }
}
