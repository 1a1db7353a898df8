import GRDB

/// From where a board's numbers and cards are read.
struct BoardScope {
    /// Nil when the filter looks at more than a tally knows.
    let tally: TallyScope?
    let deals: DealScope

    /// Cards of those who see many stand in the index of their column, unless an index leads to few deals.
    /// - Parameter tallies: whether numbers may come from the tallies; they are the same when they do not.
    init(
        _ request: BoardRequest, by caller: Caller, bounds: WideBounds = .standard, tallies: Bool = true,
        in db: Database
    ) throws {
        tally = tallies ? TallyScope(request.filter, by: caller) : nil
        guard let seen = try DealScope.breadth(of: caller, ownMax: bounds.ownMax, in: db) else {
            deals = try DealScope(caller, in: db)
            return
        }
        let hits = IndexHits(db: db, max: bounds.hitsMax(among: seen), deals: seen)
        if let filter = request.narrowing, let numbers = try hits.few(filter, caller: caller) {
            deals = DealScope(caller, among: numbers)
        } else {
            deals = DealScope(walkingAllFor: caller)
        }
    }
}
