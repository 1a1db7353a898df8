import Contracts
import RPC

/// A checked question for a page of deals.
struct ListRequest: Sendable {
    static let limits = 1...200
    static let limitDefault = 50

    let limit: Int
    let sort: ListSort
    let after: ListCursor?
    /// Answers how many there are, too.
    let counts: Bool
    /// Deals that are deleted, and no others.
    let isOfDeleted: Bool
    /// Nil for all that the caller may see.
    let filter: DealCondition?
    /// One column of a board; nil for a list.
    let column: BoardColumn?
    /// The members of a deal that are answered; nil for all.
    let fields: ListedMembers?
    let includes: ListInclusions
    /// One of a few forms: its statement is worth keeping.
    let isOfTheList: Bool

    /// Walks an index and stops: its cost does not grow with the number of deals.
    var isWalk: Bool {
        filter == nil && !counts && !isOfDeleted && (sort == .newestChange || sort == .oldestChange) && fields == nil
            && includes.isEmpty
    }

    /// - Throws: `query_invalid` with every parameter that does not fit, or `cursor_invalid`.
    init(_ query: DealQuery) throws(RPCFault) {
        var faults: [FieldFault] = []
        limit = Self.limit(query.limit, &faults)
        sort = Self.sort(query.sort, &faults)
        fields = ListedMembers.read(query.fields, &faults)
        includes = ListInclusions.read(query.include, &faults)
        filter = FilterParameters.condition(query.filters, &faults)
        guard faults.isEmpty else { throw Self.queryInvalid(faults) }
        (counts, column, isOfDeleted) = (query.count == true, nil, query.deleted != nil)
        isOfTheList = sort.keys.count == 1 && filter.map(FilterParameters.isCommon) ?? true
        after = try Self.after(query.cursor, sort: sort)
    }

    /// - Parameter isQuery: what can be wrong came in a query string.
    /// - Throws: `validation_failed`, or `query_invalid`, with every member that does not fit, or `cursor_invalid`.
    init(_ search: DealSearch, isQuery: Bool = false) throws(RPCFault) {
        var faults: [FieldFault] = []
        limit = Self.limit(search.limit, &faults)
        sort = Self.sort(search.sort, &faults)
        filter = FilterReader.read(search.filter, &faults)
        guard faults.isEmpty else { throw isQuery ? Self.queryInvalid(faults) : .invalid(faults) }
        (counts, column, fields, includes, isOfDeleted) = (search.count == true, nil, nil, [], false)
        isOfTheList = sort.keys.count == 1 && filter == nil
        after = try Self.after(search.cursor, sort: sort)
    }

    init(_ column: BoardColumn, filter: DealCondition?, limit: Int, sort: ListSort, after: ListCursor?) {
        (self.column, self.limit, self.sort, self.after, self.filter) = (column, limit, sort, after, filter)
        (counts, fields, includes, isOfTheList, isOfDeleted) = (false, nil, [], false, false)
    }

    private static func limit(_ limit: Int?, _ faults: inout [FieldFault]) -> Int {
        guard let limit else { return limitDefault }
        if !limits.contains(limit) { faults.append(FieldFault("limit", "out_of_range", "must be 1 to 200")) }
        return limit
    }

    static func sort(_ text: String?, _ faults: inout [FieldFault]) -> ListSort {
        guard let text else { return .newestChange }
        if let sort = ListSort(rawValue: text) { return sort }
        faults.append(ListSort.fault)
        return .newestChange
    }

    static func queryInvalid(_ faults: [FieldFault]) -> RPCFault {
        RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
    }

    static func after(_ text: String?, sort: ListSort) throws(RPCFault) -> ListCursor? {
        guard let text else { return nil }
        return try ListCursor(text, sort: sort)
    }
}
