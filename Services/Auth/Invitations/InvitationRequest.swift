import Contracts
import RPC

/// An invitation that may be made: every field has been checked.
struct InvitationRequest: Sendable {
    let email: EmailAddress
    let name: PersonName
    let role: Role

    /// Throws all that is wrong with the fields at once.
    init(_ input: NewInvitation) throws {
        let email = EmailAddress(input.email)
        let name = PersonName(input.name)
        guard let email, let name else {
            throw RPCFault.invalid(
                [email == nil ? EmailAddress.fault : nil, name == nil ? PersonName.fault : nil]
                    .compactMap(\.self))
        }
        self.email = email
        self.name = name
        role = input.role
    }
}

/// A checked question for a page of invitations.
struct InvitationFilter: Sendable {
    private static let limits = 1...200

    let limit: Int
    let cursor: AgeCursor?

    init(_ query: InvitationQuery) throws {
        limit = query.limit ?? 50
        cursor = try query.cursor.map(AgeCursor.init(text:))
        guard Self.limits.contains(limit) else {
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.",
                errors: [FieldFault("limit", "out_of_range", "must be 1 to \(Self.limits.upperBound)")])
        }
    }
}
