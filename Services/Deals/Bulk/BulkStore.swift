import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The same change for many deals: each in its own savepoint and through the door of the single call.
struct BulkStore: Sendable {
    let store: Store

    /// Changes of one transaction: other writers wait no longer than for so many.
    static let batchDeals = 50

    /// A change of one deal, with what the caller may do asked anew for each. Answers the deal as it is then.
    typealias Change = @Sendable (DealReference, Caller, Database) throws -> Deal

    func apply(
        _ change: @escaping Change, to deals: [BulkDeal], isTrial: Bool, by caller: Caller
    ) async throws -> [BulkItem] {
        var items: [BulkItem] = []
        for start in stride(from: 0, to: deals.count, by: Self.batchDeals) {
            let batch = Array(deals[start..<min(start + Self.batchDeals, deals.count)])
            items += try await store.write { db in
                try batch.map { try Self.apply(change, to: $0, isTrial: isTrial, by: caller, in: db) }
            }
        }
        return items
    }

    private static func apply(
        _ change: Change, to deal: BulkDeal, isTrial: Bool, by caller: Caller, in db: Database
    ) throws -> BulkItem {
        guard let reference = DealReference(text: deal.id) else {
            return BulkItem(id: deal.id, number: nil, .notFound("deal"))
        }
        switch try db.alone(isTrial: isTrial, { try change(reference, caller.expecting(deal.version), db) }) {
        case .success(let changed): return BulkItem(id: deal.id, number: changed.number, version: changed.version)
        case .failure(let fault):
            // Who may not see the deal does not learn its number.
            let seen = try db.alone { try DealRows.seen(reference, by: caller, may: .read, in: db).deal.number }
            return BulkItem(id: deal.id, number: try? seen.get(), fault)
        }
    }

    /// Whether the caller manages any of them, and so may ask who somebody is.
    func managesAny(of deals: [BulkDeal], _ caller: Caller) async throws -> Bool {
        try await store.read { db in
            try deals.lazy.compactMap { DealReference(text: $0.id) }.contains { reference in
                do {
                    _ = try DealRows.seen(reference, by: caller, may: .manage, in: db)
                    return true
                } catch is RPCFault {
                    return false
                }
            }
        }
    }
}
