import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The bids of a deal side by side, as one moment sees them.
struct BidGridStore: Sendable {
    let store: Store

    func grid(_ reference: DealReference, _ query: BidGridQuery, by caller: Caller) async throws -> BidGrid {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return try Self.grid(of: deal, query, by: caller, in: db)
        }
    }

    /// The grid for a file, written down as taken out before its first byte.
    func taken(
        _ reference: DealReference, _ query: BidGridQuery, by caller: Caller
    ) async throws -> (number: String, grid: BidGrid) {
        try await store.write { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            let grid = try Self.grid(of: deal, query, by: caller, in: db)
            let rows = grid.rows.reduce(0) { $0 + $1.bids.count }
            try Event.record(
                EventType.exportPerformed, about: deal, by: caller,
                ids: [FieldChange("rows", before: nil, after: String(rows))],
                changes: [FieldChange("table", before: nil, after: "bids")], in: db)
            return (deal.number, grid)
        }
    }

    private static func grid(
        of deal: Deal, _ query: BidGridQuery, by caller: Caller, in db: Database
    ) throws -> BidGrid {
        let rounds = try RoundRows.all(of: deal.id, in: db)
        let asked = query.convertTo.flatMap(Currency.init(code:))
        var faults: [FieldFault] = []
        if query.convertTo != nil, asked == nil {
            faults.append(FieldFault("convertTo", "invalid", "must be an ISO 4217 code such as USD"))
        }
        if let number = query.round, !rounds.contains(where: { $0.number == number }) {
            faults.append(FieldFault("round", "unknown_round", "must be the number of a round of this deal"))
        }
        guard faults.isEmpty else {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
        let bids = try BidRows.current(of: deal.id, in: db)
        let currency = asked ?? Self.common(bids) ?? deal.value?.currency ?? bids.first?.price.ends.low?.currency
        let converted = try currency.map { try Self.converted(bids, to: $0, in: db) } ?? [:]
        return BidGrid(
            bids, in: rounds, shown: query.round, currency: currency, converted: converted, today: caller.today)
    }

    /// That of all bids: where they have one, nothing needs a rate.
    private static func common(_ bids: [DealBid]) -> Currency? {
        let currencies = Set(bids.compactMap { BidComparison.mid(of: $0.price)?.currency })
        return currencies.count == 1 ? currencies.first : nil
    }

    /// Each by the rates of the day on which it was received; the rates of a day are read once.
    private static func converted(
        _ bids: [DealBid], to currency: Currency, in db: Database
    ) throws -> [UUID: Money] {
        var converters: [BusinessDate: CurrencyConverter] = [:]
        var converted: [UUID: Money] = [:]
        for bid in bids {
            guard let mid = BidComparison.mid(of: bid.price) else { continue }
            guard mid.currency != currency else {
                converted[bid.id] = mid
                continue
            }
            let day = bid.receivedOn
            let converter = try converters[day] ?? RateStore.converter(to: currency, on: day, in: db)
            converters[day] = converter
            converted[bid.id] = converter.convert(mid)
        }
        return converted
    }
}
