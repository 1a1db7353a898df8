import Contracts
import RPC

/// A checked question for a page of a timeline.
struct TimelineRequest: Sendable {
    let limit: Int
    let kinds: Set<TimelineKind>
    /// Behind which the page begins; nil for the first.
    let after: TimelinePlace?

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: TimelineQuery) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        kinds = try Self.kinds(query.kinds)
        guard let text = query.cursor else {
            after = nil
            return
        }
        guard let place = TimelinePlace(text: text) else { throw RPCFault.cursorInvalid }
        after = place
    }

    var streams: [TimelineStream] { TimelineStream.allCases.filter { kinds.contains($0.kind) } }

    private static func kinds(_ text: String?) throws(RPCFault) -> Set<TimelineKind> {
        guard let text else { return Set(TimelineKind.allCases) }
        let known = TimelineKind.allCases
        let named = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
            known.first { $0.rawValue == name }
        }
        guard named.count <= known.count, !named.contains(nil) else {
            let names = known.map(\.rawValue).joined(separator: ", ")
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.",
                errors: [FieldFault("kinds", "invalid", "must be some of \(names), between commas")])
        }
        return Set(named.compactMap { $0 })
    }
}
