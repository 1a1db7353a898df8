import Contracts
import GRDB

/// The row numbers that fit a search, as a query without an order.
struct SearchSQL {
    private(set) var values = StatementArguments()
    private(set) var sql = ""
    private var conditions = ["TRUE"]
    private var tables = "entry e"
    /// Between which row numbers the page lies. The indexes of words are told as well: else each page would find again what
    /// all the others hold.
    private var bounds: [(comparison: String, seq: Int64)] = []

    /// - Parameter isPage: only what lies behind the search's cursor.
    init(_ search: LogSearch, isPage: Bool) {
        if isPage, let after = search.after { bounds.append((search.isNewestFirst ? "<" : ">", after)) }
        if let below = search.below { bounds.append(("<", below)) }
        guard let person = search.person else {
            addColumns(search)
            addFacets(search.facets)
            addRange(search)
            // By the column of the table that an index leads to, so that the order costs nothing.
            let seq = search.facets.asksForColumns ? "f.seq" : "e.seq"
            sql = "SELECT \(seq) FROM \(tables) WHERE \(conditions.joined(separator: " AND "))"
            return
        }
        // Two lists in the order of their numbers, of which the database merges as much as is asked for.
        add("e.actor_id = ?", [person])
        addRange(search)
        let did = "SELECT e.seq FROM entry e WHERE \(conditions.joined(separator: " AND "))"
        conditions = []
        add("f.person_id = ?", [person])
        addRange(search)
        let met = "SELECT f.seq FROM facet f JOIN entry e ON e.seq = f.seq"
        sql = "\(did) UNION \(met) WHERE \(conditions.joined(separator: " AND "))"
    }

    private mutating func add(_ condition: String, _ bound: StatementArguments) {
        conditions.append(condition)
        values += bound
    }

    private mutating func addRange(_ search: LogSearch) {
        for (comparison, seq) in bounds { add("e.seq \(comparison) ?", [seq]) }
        if let from = search.from { add("e.time_ms >= ?", [from.milliseconds]) }
        if let to = search.to { add("e.time_ms < ?", [to.milliseconds]) }
    }

    private mutating func addColumns(_ search: LogSearch) {
        switch search.type {
        case .exactly(let type): add("e.type = ?", [type])
        // The plus turns the index off: most prefixes take in much of the log, and sorting all of it for one page costs
        // more than walking back from the newest entry.
        case .within(let types): add("+e.type >= ? AND +e.type < ?", [types.lowerBound, types.upperBound])
        case nil: break
        }
        if let actor = search.actor { add("e.actor_id = ?", [actor]) }
        if let subject = search.subject { add("(e.subject_id = ? OR e.subject_number = ?)", [subject, subject]) }
        // Nor does it help to find all entries of one of three services.
        if let source = search.facets.source { add("+e.source = ?", [source]) }
    }

    private mutating func addFacets(_ facets: FacetSearch) {
        if facets.asksForColumns { tables += " JOIN facet f ON f.seq = e.seq" }
        let columns = [
            ("outcome", facets.outcome?.rawValue), ("subject_kind", facets.subjectKind), ("address", facets.address),
            ("request_id", facets.requestID), ("trace_id", facets.traceID),
        ]
        for (column, value) in columns { if let value { add("f.\(column) = ?", [value]) } }
        // By the words of the index, which has none of the many that went well.
        if let outcome = facets.outcome, outcome != .success { conditions.append("f.outcome <> 'success'") }
        if let field = facets.field { add("e.seq IN (\(text))", ["fields : \(field)"] + boundSeqs) }
        for word in facets.words { addWord(word) }
    }

    private var text: String { "SELECT rowid FROM entry_text WHERE entry_text MATCH ?" + within("rowid") }

    /// To be followed by `boundSeqs`.
    private func within(_ column: String) -> String {
        bounds.map { " AND \(column) \($0.comparison) ?" }.joined()
    }

    private var boundSeqs: StatementArguments { StatementArguments(bounds.map(\.seq)) }

    private mutating func addWord(_ word: FacetSearch.Word) {
        let (whole, range) = (word.parts.dropLast(), within("seq"))
        let selects =
            whole.map { _ in "SELECT seq FROM personal_word WHERE word = ?\(range)" }
            + ["SELECT seq FROM personal_word WHERE word >= ? AND word < ?\(range)"]
        var bound: StatementArguments = ["words : \(word.phrase)"]
        bound += boundSeqs
        for part in whole {
            bound += [part]
            bound += boundSeqs
        }
        if let last = word.parts.last {
            bound += [last, last + "\u{10FFFF}"]
            bound += boundSeqs
        }
        let personal = selects.joined(separator: " INTERSECT ")
        add("e.seq IN (\(text) UNION ALL SELECT seq FROM (\(personal)))", bound)
    }
}
