import Contracts
import RPC

/// Exchange rates: read by everybody, set by administrators.
struct RateHandlers: Sendable {
    let rates: RateStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.rates, latest)
        router.on(DealMethods.rateSeries, series)
        router.on(DealMethods.setRates, set)
    }

    func latest(_ query: RateQuery, _ context: RPCContext) async throws -> RateList {
        let caller = try Caller(context, may: .readSettings, now: now())
        return try await rates.latest(on: query.asOf ?? caller.today)
    }

    func series(_ query: RateSeriesQuery, _ context: RPCContext) async throws -> RateSeries {
        _ = try Caller(context, may: .readSettings, now: now())
        return try await rates.series(RateSeriesRequest(query))
    }

    func set(_ input: NewRates, _ context: RPCContext) async throws -> RateList {
        let caller = try Caller(context, may: .manageSettings, now: now())
        return try await rates.set(RateForm(input, today: caller.today), by: caller)
    }
}
