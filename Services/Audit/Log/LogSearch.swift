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
        for (field, term) in [("type", query.type), ("actor", query.actor), ("subject", query.subject)] {
            guard let term else { continue }
            guard (1...Self.termLengthMax).contains(term.utf8.count) else {
                throw Self.fault(field, "out_of_range", "must have 1 to \(Self.termLengthMax) bytes")
            }
        }
        type = query.type.map { $0.hasSuffix(".") ? .within($0..<"\($0.dropLast())/") : .exactly($0) }
        (actor, subject, from, to) = (query.actor, query.subject, query.from, query.to)
        after = try query.cursor.map(Self.position)
    }

    /// The cursor behind which the next page starts.
    static func cursor(after seq: Int64) -> String { String(seq) }

    private static func position(_ cursor: String) throws -> Int64 {
        guard let seq = Int64(cursor), seq >= 0, String(seq) == cursor else {
            throw RPCFault(.invalidArgument, "cursor_invalid", "The cursor is not one that this list gave.")
        }
        return seq
    }

    private static func fault(_ field: String, _ code: String, _ message: String) -> RPCFault {
        RPCFault(
            .invalidArgument, "query_invalid", "The query does not fit: \(field) \(message).",
            errors: [FieldFault(field, code, message)])
    }
}
