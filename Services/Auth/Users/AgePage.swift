import RPC

/// A checked question for one page of a list by age, newest first.
struct AgePage: Sendable {
    private static let limits = 1...200
    private static let limitDefault = 50

    let limit: Int
    let cursor: AgeCursor?

    /// - Parameter faults: of the rest of the query.
    /// - Throws: `cursor_invalid`; else `query_invalid` with all that is wrong at once.
    init(limit: Int?, cursor: String?, faults: [FieldFault] = []) throws {
        self.limit = limit ?? Self.limitDefault
        self.cursor = try cursor.map(AgeCursor.init(text:))
        let isWithin = Self.limits.contains(self.limit)
        let own = isWithin ? [] : [FieldFault("limit", "out_of_range", "must be 1 to \(Self.limits.upperBound)")]
        guard own.isEmpty, faults.isEmpty else {
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: own + faults)
        }
    }

    /// The page, and where the next one begins.
    /// - Parameter found: one more than `limit` when there is one.
    func cut<Item>(_ found: [Item], at place: (Item) -> AgeCursor) -> (items: [Item], nextCursor: String?) {
        let items = Array(found.prefix(limit))
        return (items, found.count > limit ? items.last.map { place($0).text } : nil)
    }
}
