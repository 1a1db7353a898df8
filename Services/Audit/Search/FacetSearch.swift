import Contracts
import RPC

/// What a query asks of an entry beside its own columns: its facets, and the words in it.
struct FacetSearch: Sendable, Hashable {
    static let wordsMax = 8
    static let wordsBytesMax = 200

    /// One word of a query: entries have one that begins so, among their own or the personal ones.
    struct Word: Sendable, Hashable {
        /// A phrase of FTS5, whose last word may go on.
        let phrase: String
        /// The same as the words of the personal index; at least one.
        let parts: [String]
    }

    var subjectKind: String?
    var outcome: EventOutcome?
    var address: String?
    var requestID: String?
    var traceID: String?
    var source: String?
    /// A phrase of FTS5.
    var field: String?
    var words: [Word] = []

    init(_ filter: AuditFilter) throws(RPCFault) {
        (subjectKind, outcome, address) = (filter.subjectKind, filter.outcome, filter.address)
        (requestID, traceID, source) = (filter.requestId, filter.traceId, filter.source)
        if let name = filter.field {
            guard !PersonalWords.of(name).isEmpty else {
                throw LogSearch.fault("field", "invalid", "must have a letter or a digit")
            }
            field = Self.quoted(name)
        }
        guard let q = filter.q else { return }
        guard (1...Self.wordsBytesMax).contains(q.utf8.count) else {
            throw LogSearch.fault("q", "out_of_range", "must have 1 to \(Self.wordsBytesMax) bytes")
        }
        let texts = q.split(whereSeparator: \.isWhitespace)
        guard (1...Self.wordsMax).contains(texts.count) else {
            throw LogSearch.fault("q", "out_of_range", "must have 1 to \(Self.wordsMax) words")
        }
        for text in texts {
            let parts = PersonalWords.of(String(text))
            guard !parts.isEmpty else {
                throw LogSearch.fault("q", "invalid", "must have a letter or a digit in each word")
            }
            words.append(Word(phrase: Self.quoted(String(text)) + "*", parts: parts))
        }
    }

    /// Whether the table of facets is needed at all.
    var asksForColumns: Bool {
        subjectKind != nil || outcome != nil || address != nil || requestID != nil || traceID != nil
    }

    /// As a string of FTS5, in which nothing but a quote has a meaning.
    private static func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}
