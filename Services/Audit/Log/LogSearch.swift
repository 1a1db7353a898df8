import Contracts
import RPC

/// A query that has been checked: what to look for, in which direction, from where on.
struct LogSearch: Sendable, Hashable {
    static let limits = 1...200
    static let limitDefault = 50
    /// Longer than any id, number or event type.
    static let termLengthMax = 200

    enum TypeMatch: Sendable, Hashable {
        case exactly(String)
        /// From the prefix, with its final dot, up to and without the first string that no longer has it.
        case within(Range<String>)
    }

    var limit: Int
    var isNewestFirst: Bool
    /// Entries strictly behind this one, in the direction of the list.
    var after: Int64?
    var type: TypeMatch?
    var actor: String?
    var subject: String?
    /// `from` is included, `to` is not.
    var from: Instant?
    var to: Instant?
    /// What beside the entry's own columns must hold.
    var facets: FacetSearch
    /// Who did it, or whom it was done to.
    var person: String?
    /// Only what is older than this entry; not part of a query.
    var below: Int64?
    /// Answer how many there are.
    var counts = false

    init(_ query: AuditQuery) throws {
        limit = query.limit ?? Self.limitDefault
        guard Self.limits.contains(limit) else {
            throw Self.fault(
                "limit", "out_of_range", "must be from \(Self.limits.lowerBound) to \(Self.limits.upperBound)")
        }
        switch query.sort ?? "-seq" {
        case "-seq": isNewestFirst = true
        case "seq": isNewestFirst = false
        default: throw Self.fault("sort", "unknown", "must be seq or -seq")
        }
        let terms = [
            ("type", query.type), ("actor", query.actor), ("subject", query.subject),
            ("subjectKind", query.subjectKind), ("address", query.address), ("requestId", query.requestId),
            ("traceId", query.traceId), ("field", query.field), ("source", query.source),
        ]
        for (field, term) in terms {
            guard let term else { continue }
            guard (1...Self.termLengthMax).contains(term.utf8.count) else {
                throw Self.fault(field, "out_of_range", "must have 1 to \(Self.termLengthMax) bytes")
            }
        }
        facets = try FacetSearch(query.filter)
        counts = query.count ?? false
        type = query.type.map { $0.hasSuffix(".") ? .within($0..<"\($0.dropLast())/") : .exactly($0) }
        (actor, subject, from, to) = (query.actor, query.subject, query.from, query.to)
        after = try query.cursor.map(Self.position)
    }

    /// What happened to one deal, or what one person did and what was done to him.
    /// - Parameters: the id or number of the deal, or the id of the person.
    init(_ query: AuditTimelineQuery, deal: String? = nil, person: String? = nil) throws {
        try self.init(
            AuditQuery(
                limit: query.limit, cursor: query.cursor, sort: query.sort, subject: deal, from: query.from,
                to: query.to))
        self.person = person
    }

    /// The cursor behind which the next page starts.
    static func cursor(after seq: Int64) -> String { String(seq) }

    private static func position(_ cursor: String) throws -> Int64 {
        guard let seq = Int64(cursor), seq >= 0, String(seq) == cursor else {
            throw RPCFault(.invalidArgument, "cursor_invalid", "The cursor is not one that this list gave.")
        }
        return seq
    }

    static func fault(_ field: String, _ code: String, _ message: String) -> RPCFault {
        RPCFault(
            .invalidArgument, "query_invalid", "The query does not fit: \(field) \(message).",
            errors: [FieldFault(field, code, message)])
    }
}
