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
    let filter: OrganizationFilter

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
        filter = OrganizationFilter(
            country: query.country, sector: query.sector.flatMap { TextRule("sector", 1...80).check($0, &faults) })
        if let country = query.country, !CountryCode.isValid(country) { faults.append(CountryCode.fault) }
        guard faults.isEmpty else {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
        self.search = search
        after = try NameCursor(query.cursor)
    }
}

/// Which organizations alone are answered, as SQL over the table as `o`.
struct OrganizationFilter: Sendable {
    let country: String?
    let sector: String?

    /// Follows other conditions.
    var sql: String { (country == nil ? "" : " AND o.country = ?") + (sector == nil ? "" : " AND o.sector = ?") }
    var arguments: [String] { [country, sector].compactMap(\.self) }

    /// The index of the directory that leads to them by name.
    var index: String { country != nil ? "country" : sector != nil ? "sector" : "name" }
}
