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

    /// The more deals fit, the sooner a walk has a page of them, and the longer it takes to sort them all: about where a
    /// walk of 50 deals that fit costs the same as all that fit. To read them for it takes some four times as long as to
    /// find them in order in an index.
    func hitsMax(among deals: Int, inOrder: Bool = false) -> Int {
        let (share, most) = inOrder ? (60.0, 2 * IndexHits.max) : (15.0, IndexHits.max)
        return hitsMax ?? min(most, max(IndexHits.cheapMax, Int((share * Double(deals)).squareRoot())))
    }
}

extension DealScope {
    /// From where who sees many deals comes the soonest to those that fit: from an index when it leads to few, otherwise
    /// along the order that is asked for. Who sees few walks his own. All ways answer the same.
    init(
        soonestFor request: ListRequest, by caller: Caller, bounds: WideBounds = .standard, in db: Database
    ) throws {
        let (filter, sort) = (request.filter, request.sort)
        // An order that is not asked for by any filter is that of an index already.
        let isByChange = sort.keys.first?.field == .updatedAt
        let isByChangeAlone = isByChange && sort.keys.count == 1
        guard filter != nil || !isByChange,
            let deals = try Self.breadth(of: caller, ownMax: bounds.ownMax, in: db)
        else {
            try self.init(caller, in: db)
            return
        }
        let max = bounds.hitsMax(among: deals, inOrder: isByChangeAlone)
        let hits = IndexHits(db: db, max: max, deals: deals)
        if let filter, let numbers = try hits.few(filter, caller: caller) {
            if isByChangeAlone {
                let ordered = try hits.inOrder(numbers, sort, after: request.after)
                self.init(caller, among: numbers, inOrder: ordered)
            } else {
                self.init(caller, among: numbers)
            }
        } else if isByChange {
            try self.init(caller, in: db)
        } else {
            self.init(walkingAllFor: caller)
        }
    }
}
