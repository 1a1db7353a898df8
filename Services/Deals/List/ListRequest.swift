import Contracts
import Foundation
import RPC

/// A checked question for a page of deals.
struct ListRequest: Sendable {
    static let limits = 1...200
    static let limitDefault = 50
    static let searchScalarsMax = 200

    let query: DealQuery
    let limit: Int
    let sort: ListSort
    /// Folded; nil when nothing is searched.
    let search: String?
    /// As tags are kept.
    let tag: String?
    let after: ListCursor?
    /// Walks an index and stops: its cost does not grow with the number of deals.
    var isWalk: Bool {
        search == nil && query.type == nil && query.stage == nil && query.status == nil && query.lead == nil
            && tag == nil && query.deleted == nil && query.count != true
            && (sort == .newestChange || sort == .oldestChange)
    }

    /// - Throws: `query_invalid` with every parameter that does not fit, or `cursor_invalid`.
    init(_ query: DealQuery) throws(RPCFault) {
        var faults: [FieldFault] = []
        limit = query.limit ?? Self.limitDefault
        if !Self.limits.contains(limit) { faults.append(FieldFault("limit", "out_of_range", "must be 1 to 200")) }
        let sort = query.sort.map(ListSort.init(rawValue:)) ?? .newestChange
        if sort == nil {
            faults.append(
                FieldFault(
                    "sort", "unknown", "must be one of \(ListSort.allCases.map(\.rawValue).joined(separator: ", "))"))
        }
        let search = query.q.map(FoldedText.of)
        if let search, search.unicodeScalars.count > Self.searchScalarsMax {
            faults.append(FieldFault("q", "too_long", "must have at most \(Self.searchScalarsMax) characters"))
        }
        if let stage = query.stage, stage.unicodeScalars.count > Self.searchScalarsMax {
            faults.append(FieldFault("stage", "too_long", "must have at most \(Self.searchScalarsMax) characters"))
        }
        let tag = query.tag.map(TagRule.folded)
        if let tag, !(1...TagRule.scalarsMax).contains(tag.unicodeScalars.count) {
            faults.append(FieldFault("tag", "invalid", "must have 1 to \(TagRule.scalarsMax) characters"))
        }
        guard faults.isEmpty, let sort else {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
        self.query = query
        self.sort = sort
        self.search = search?.isEmpty == true ? nil : search
        self.tag = tag
        if let text = query.cursor { after = try ListCursor(text, sort: sort) } else { after = nil }
    }
}

enum ListSort: String, Sendable, CaseIterable {
    case newestChange = "-updatedAt"
    case oldestChange = "updatedAt"
    case codeName
    case codeNameDescending = "-codeName"
    case number
    case numberDescending = "-number"

    var isDescending: Bool { rawValue.hasPrefix("-") }

    /// Whether the cursor's key is a text rather than a number.
    var isByText: Bool { self == .codeName || self == .codeNameDescending }
}
