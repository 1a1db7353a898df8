import Contracts
import RPC
import Storage

/// The register of NDAs: of one deal, and of all that somebody sees.
struct NDAHandlers: Sendable {
    let ndas: NDAStore
    let expiring: ExpiringNDAStore
    let now: WallClock

    init(store: Store, now: @escaping WallClock) {
        ndas = NDAStore(store: store)
        expiring = ExpiringNDAStore(store: store)
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.ndas, list)
        router.on(DealMethods.addNDA, add)
        router.on(DealMethods.updateNDA, update)
        router.on(DealMethods.expiringNDAs, page)
    }

    func list(_ input: DealNDAQuery, _ context: RPCContext) async throws -> DealNDAList {
        let caller = try Caller(context, may: .readDeals, now: now())
        let reference = try DealReference(context)
        let days = try ExpiringNDARequest.within(input.expiringWithin)
        return try await ndas.list(reference, expiringWithin: days, by: caller)
    }

    func add(_ input: NewDealNDA, _ context: RPCContext) async throws -> DealNDA {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await ndas.add(input, to: DealReference(context), by: caller)
    }

    func update(_ input: DealNDAPatch, _ context: RPCContext) async throws -> DealNDA {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await ndas.update(WorkReference(context), input, by: caller)
    }

    func page(_ input: ExpiringNDAQuery, _ context: RPCContext) async throws -> ExpiringNDAPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await expiring.page(ExpiringNDARequest(input, today: caller.today), by: caller)
    }
}
