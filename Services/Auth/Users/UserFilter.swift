import Contracts
import RPC

/// A checked question for a page of users.
struct UserFilter: Sendable {
    private static let limits = 1...200
    private static let searchLengthMax = 100

    let limit: Int
    let cursor: AgeCursor?
    /// Part of a name or e-mail, as it is compared.
    let search: String?
    let role: Role?
    let status: UserStatus?

    init(_ query: UserQuery) throws {
        limit = query.limit ?? 50
        search = query.q.map(ComparableText.key)
        role = query.role
        status = query.status
        cursor = try query.cursor.map(AgeCursor.init(text:))
        var faults: [FieldFault] = []
        if !Self.limits.contains(limit) {
            faults.append(FieldFault("limit", "out_of_range", "must be 1 to \(Self.limits.upperBound)"))
        }
        if let search, search.unicodeScalars.count > Self.searchLengthMax {
            faults.append(FieldFault("q", "too_long", "must have at most \(Self.searchLengthMax) characters"))
        }
        if !faults.isEmpty {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
    }
}
