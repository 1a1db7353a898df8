import Contracts
import NIOCore
import RPC

/// Exchange rates: read by everybody, set by administrators.
struct RateHandlers: Sendable {
    let rates: RateStore
    let imports: RateImportStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.rates, latest)
        router.on(DealMethods.rateSeries, series)
        router.on(DealMethods.setRates, set)
        router.on(DealMethods.importRates, bytes: importFile)
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

    func importFile(_ input: RateImport, _ bytes: ByteBuffer, _ context: RPCContext) async throws -> RateImportResult {
        let caller = try Caller(context, may: .manageSettings, now: now())
        guard bytes.readableBytes <= RateImport.bytesMax else {
            throw RPCFault.invalid([FieldFault("", "out_of_range", "A file has at most \(RateImport.bytesMax) bytes.")])
        }
        let file = try RateFile(bytes.readableBytesView, source: input.source, today: caller.today)
        return try await imports.run(file, dryRun: input.dryRun ?? false, by: caller)
    }
}
