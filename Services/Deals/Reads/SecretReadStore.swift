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
    /// The deal's; nil where it is not known.
    let version: Int64?
    let caller: Caller
}

/// What a reading turns out to be of.
enum DealSight: Sendable {
    case secret(UUID)
    case open
    /// Who read it does not see it any more.
    case gone
}

/// Tells secret deals from others, and writes down that somebody read one, in a transaction of its own.
struct SecretReadStore: Sendable {
    let store: Store

    func look(_ reading: DealReading) async throws -> DealSight {
        try await store.lookUp { db in
            do {
                let deal = try DealRows.seenOrDeleted(reading.deal, by: reading.caller, in: db).deal
                return deal.confidentiality == .secret ? .secret(deal.id) : .open
            } catch let fault as RPCFault where fault.status == .notFound {
                return .gone
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
