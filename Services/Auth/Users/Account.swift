import Contracts
import Foundation
import RPC

/// A user with what only this service may know of him.
struct Account: Sendable {
    /// What stands where a hash would: as in shadow(5), a text that is the hash of no password.
    static let noPassword = "!"

    var user: User
    /// Nil for somebody who signs in elsewhere.
    var passwordHash: PasswordHash?
}

/// What somebody who is to become a user says of himself, unchecked.
struct NewUser: Sendable {
    var email: String
    var name: String
    var role: Role
    var password: String
}

/// A user who may be made: every field has been checked.
struct Applicant: Sendable {
    let email: EmailAddress
    let name: String
    let role: Role
    let password: String

    /// Throws all that is wrong with the fields at once.
    /// - Parameter firm: what the settings call it; no password may.
    init(_ input: NewUser, firm: String? = nil) throws {
        let name = PersonName(input.name)
        let email = EmailAddress(input.email)
        var faults: [FieldFault] = []
        if email == nil { faults.append(EmailAddress.fault) }
        if name == nil { faults.append(PersonName.fault) }
        let text = PasswordText(input.password)
        if let fault = text.fault(email: email, name: name?.text ?? "", firm: firm) { faults.append(fault) }
        guard let email, let name, faults.isEmpty else { throw RPCFault.invalid(faults) }
        self.email = email
        self.name = name.text
        role = input.role
        password = input.password
    }

    func account(hash: PasswordHash, at now: Instant) -> Account {
        let user = User(
            id: UUIDv7.make(at: now), email: email.text, name: name, role: role, status: .active, version: 1,
            createdAt: now, updatedAt: now)
        return Account(user: user, passwordHash: hash)
    }
}
