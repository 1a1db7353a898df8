import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// What was read of a deal, and by whom.
struct DealReading: Sendable {
    /// `record`, `changes` or `timeline`.
    let part: String
    let deal: DealReference
    let caller: Caller
}

/// Tells secret deals from others, and writes down that somebody read one, in a transaction of its own.
struct SecretReadStore: Sendable {
    let store: Store

    /// The deal's id if it is secret; nil also for a reader who does not see it any more.
    func secret(_ reading: DealReading) async throws -> UUID? {
        try await store.lookUp { db in
            do {
                let deal = try DealRows.seenOrDeleted(reading.deal, by: reading.caller, in: db).deal
                return deal.confidentiality == .secret ? deal.id : nil
            } catch let fault as RPCFault where fault.status == .notFound {
                return nil
            }
        }
    }

    func record(_ reading: DealReading) async throws {
        try await store.write { db in
            let deal = try DealRows.seenOrDeleted(reading.deal, by: reading.caller, in: db).deal
            try Event.record(
                EventType.dealRead, about: deal, by: reading.caller,
                ids: [FieldChange("part", before: nil, after: reading.part)], changes: [], in: db)
        }
    }
}
