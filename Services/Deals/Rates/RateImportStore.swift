import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// Sets the rates of a file, all or none. What was replaced is in the log, as when it is set one by one.
struct RateImportStore: Sendable {
    let store: Store

    func run(_ file: RateFile, dryRun: Bool, by caller: Caller) async throws -> RateImportResult {
        if dryRun { return try await store.read { db in try Self.compare(file, dryRun: true, in: db).result } }
        return try await store.write { db in
            let (result, news, replaced) = try Self.compare(file, dryRun: false, in: db)
            for new in news {
                try RateStore.put(
                    ExchangeRate(
                        base: new.base, quote: new.quote, asOf: new.asOf, rate: new.rate, source: new.source,
                        setBy: caller.id, setAt: caller.now), in: db)
            }
            try RateStore.requireRoom(in: db)
            guard !news.isEmpty else { return result }
            try EventFeed.append(.ratesImported(result, by: caller), in: db)
            // As large as the event of the most rates that are set at once.
            for start in stride(from: 0, to: replaced.count, by: NewRates.ratesMax) {
                let some = replaced[start..<min(replaced.count, start + NewRates.ratesMax)]
                try EventFeed.append(.ratesChanged(Array(some), by: caller), in: db)
            }
            return result
        }
    }

    private static func compare(
        _ file: RateFile, dryRun: Bool, in db: Database
    ) throws -> (result: RateImportResult, news: [NewRate], replaced: [FieldChange]) {
        var news: [NewRate] = []
        var replaced: [FieldChange] = []
        for new in file.rates {
            let before = try RateStore.rate(of: new, in: db)
            if before?.rate == new.rate, before?.source == new.source { continue }
            news.append(new)
            guard let before else { continue }
            replaced.append(
                FieldChange(
                    "\(new.base)/\(new.quote) \(new.asOf.text)", before: before.rate.text, after: new.rate.text))
        }
        let days = file.rates.map(\.asOf)
        guard let from = days.min(), let to = days.max() else { throw StoredValueFault(column: "as_of") }
        let result = RateImportResult(
            dryRun: dryRun, rates: file.rates.count, added: news.count - replaced.count, replaced: replaced.count,
            unchanged: file.rates.count - news.count, from: from, to: to, columnsLeftOut: file.columnsLeftOut)
        return (result, news, replaced)
    }
}

extension Event {
    fileprivate static func ratesImported(_ result: RateImportResult, by caller: Caller) -> Event {
        let counts = [("rates", result.rates), ("added", result.added), ("replaced", result.replaced)]
        return ofRates(
            EventType.ratesImported,
            counts.map { FieldChange($0, before: nil, after: String($1)) } + [
                FieldChange("from", before: nil, after: result.from.text),
                FieldChange("to", before: nil, after: result.to.text),
            ], by: caller)
    }
}
