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

    /// The deals that the caller's request of the same key was about before, for it may have changed which fit a filter.
    /// - Returns: nil when there was none.
    func targets(of caller: Caller) async throws -> [BulkDeal]? {
        try await store.remembered([BulkDeal].self, of: caller)
    }

    /// Keeps the deals of a request that has a key.
    /// - Returns: those of the same request when it came at the same time and was first.
    func begin(_ deals: [BulkDeal], by caller: Caller) async throws -> [BulkDeal] {
        guard try IdempotencyKey(caller.context) != nil else { return deals }
        return try await store.onceOfNoDeal(by: caller) { _ in deals }
    }

    /// With a key, each batch happens once, and a request that was cut short goes on where it ended.
    /// - Parameter change: asked for when there is something left to do.
    func apply(
        to deals: [BulkDeal], isTrial: Bool, by caller: Caller, _ change: () async throws -> Change
    ) async throws -> [BulkItem] {
        let again: @Sendable ([BulkItem], Database) throws -> [BulkItem] = { items, db in
            try items.map { try Self.again($0, by: caller, in: db) }
        }
        var (items, made): ([BulkItem], Change?) = ([], nil)
        for start in stride(from: 0, to: deals.count, by: Self.batchDeals) {
            let part = start / Self.batchDeals + 1
            if let known = try await store.remembered([BulkItem].self, of: caller, part: part, again: again) {
                items += known
                continue
            }
            if made == nil { made = try await change() }
            guard let change = made else { continue }
            let batch = Array(deals[start..<min(start + Self.batchDeals, deals.count)])
            items += try await store.onceOfNoDeal(by: caller, part: part, again: again) { db in
                try Self.short(try batch.map { try Self.apply(change, to: $0, isTrial: isTrial, by: caller, in: db) })
            }
        }
        return items
    }

    /// What is remembered has a bound; errors are named as long as they fit.
    private static func short(_ items: [BulkItem]) throws -> [BulkItem] {
        try StrictJSON.encode(items).count <= IdempotencyRows.answerBytesMax ? items : items.map(\.brief)
    }

    /// What became of a deal, as long as the caller may see it.
    private static func again(_ item: BulkItem, by caller: Caller, in db: Database) throws -> BulkItem {
        guard let reference = DealReference(text: item.id) else { return item }
        do {
            _ = try DealRows.seen(reference, by: caller, may: .read, in: db)
            return item
        } catch let fault as RPCFault {
            return BulkItem(id: item.id, number: nil, fault)
        }
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
