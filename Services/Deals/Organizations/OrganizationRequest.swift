import Contracts
import RPC

/// A checked question for organizations: a page of all, or the first that fit what was typed.
struct OrganizationRequest: Sendable {
    static let searchScalarsMax = 100
    static let typeaheadLimits = 1...20
    static let typeaheadLimitDefault = 10
    /// Fewer characters find the beginnings of names alone.
    static let partScalarsMin = 3

    let limit: Int
    /// Folded; nil for a page of all.
    let search: String?
    let after: NameCursor

    /// - Throws: `query_invalid` with every parameter that does not fit, or `cursor_invalid`.
    init(_ query: OrganizationQuery) throws(RPCFault) {
        let search = query.q.map(FoldedText.of).flatMap { $0.isEmpty ? nil : $0 }
        let limits = search == nil ? PageLimit.sizes : Self.typeaheadLimits
        var faults: [FieldFault] = []
        limit = query.limit ?? (search == nil ? PageLimit.usual : Self.typeaheadLimitDefault)
        if !limits.contains(limit) {
            faults.append(PageLimit.fault(limits))
        }
        if let search, search.unicodeScalars.count > Self.searchScalarsMax {
            faults.append(FieldFault("q", "too_long", "must have at most \(Self.searchScalarsMax) characters"))
        }
        if search != nil, query.cursor != nil {
            faults.append(FieldFault("cursor", "not_allowed", "A search has one page."))
        }
        guard faults.isEmpty else {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
        self.search = search
        after = try NameCursor(query.cursor)
    }
}
