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
