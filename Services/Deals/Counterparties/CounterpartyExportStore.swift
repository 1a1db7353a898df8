import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What a file of counterparties is made of, and what the log says of it.
struct CounterpartyExportStore: Sendable {
    let store: Store

    /// Those of one moment, written down in the same transaction before anybody gets a byte of them.
    func counterparties(
        of reference: DealReference, _ names: CounterpartyNames, by caller: Caller
    ) async throws -> (number: String, items: [Counterparty]) {
        try await store.write { db in
            // Real names are for those who work on the deal.
            let needed: Access = names == .real ? .edit : .read
            let deal = try DealRows.seen(reference, by: caller, may: needed, in: db).deal
            let items = try CounterpartyRows.all(of: deal.id, limit: CounterpartyRows.counterpartiesMax, in: db)
            try Event.record(
                EventType.exportPerformed, about: deal, by: caller,
                ids: [FieldChange("file", before: nil, after: "counterparties")],
                changes: [
                    FieldChange("names", before: nil, after: names.rawValue),
                    FieldChange("rows", before: nil, after: String(items.count)),
                ], in: db)
            return (deal.number, items)
        }
    }
}
