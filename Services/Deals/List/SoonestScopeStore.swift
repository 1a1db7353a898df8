import Contracts
import GRDB

/// From how many deals on a way is worth it. No answer of a list depends on them, so tests take others.
struct WideBounds: Sendable {
    static let standard = WideBounds()

    /// Who is on more deals than this sees many.
    var ownMax = DealScope.ownMax
    /// An index that leads to more deals than this leads nowhere. Nil for what suits the number of deals that are seen.
    var hitsMax: Int?
    /// Of each kind of deals that are worth ranking while somebody types, where too many fit.
    var candidatesMax = WideFind.each

    /// The more deals fit, the sooner a walk has a page of them, and the longer it takes to read and sort them all: about
    /// where a walk of 50 deals that fit costs the same as all that fit.
    func hitsMax(among deals: Int) -> Int {
        hitsMax ?? min(IndexHits.max, max(IndexHits.cheapMax, Int((15 * Double(deals)).squareRoot())))
    }
}

extension DealScope {
    /// From where who sees many deals comes the soonest to those that fit: from an index when it leads to few, otherwise
    /// along the order that is asked for. Who sees few walks his own. All ways answer the same.
    init(
        soonestFor filter: DealCondition?, _ sort: ListSort, by caller: Caller, bounds: WideBounds = .standard,
        in db: Database
    ) throws {
        // An order that is not asked for by any filter is that of an index already.
        let isByChange = sort.keys.first?.field == .updatedAt
        guard filter != nil || !isByChange,
            let deals = try Self.breadth(of: caller, ownMax: bounds.ownMax, in: db)
        else {
            try self.init(caller, in: db)
            return
        }
        let hits = IndexHits(db: db, max: bounds.hitsMax(among: deals), deals: deals)
        if let filter, let numbers = try hits.few(filter, caller: caller) {
            self.init(caller, among: numbers)
        } else if isByChange {
            try self.init(caller, in: db)
        } else {
            self.init(walkingAllFor: caller)
        }
    }
}
