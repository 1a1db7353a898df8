import Contracts
import RPC

/// A checked question for a page of users.
struct UserFilter: Sendable {
    private static let searchLengthMax = 100

    let page: AgePage
    /// Part of a name or e-mail, as it is compared.
    let search: String?
    let role: Role?
    let status: UserStatus?

    init(_ query: UserQuery) throws {
        search = query.q.map(ComparableText.key)
        role = query.role
        status = query.status
        var faults: [FieldFault] = []
        if let search, search.unicodeScalars.count > Self.searchLengthMax {
            faults.append(FieldFault("q", "too_long", "must have at most \(Self.searchLengthMax) characters"))
        }
        page = try AgePage(limit: query.limit, cursor: query.cursor, faults: faults)
    }
}
