import Contracts
import Foundation
import RPC

/// A user with what only this service may know of him.
struct Account: Sendable {
    var user: User
    var passwordHash: PasswordHash
}

/// A user who may be made: every field has been checked.
struct Applicant: Sendable {
    private static let nameLengths = 1...120

    let email: EmailAddress
    let name: String
    let role: Role
    let password: String

    /// Throws all that is wrong with the fields at once.
    init(_ input: NewUser) throws {
        let name = input.name.trimmingCharacters(in: .whitespacesAndNewlines)
        let email = EmailAddress(input.email)
        var faults: [FieldFault] = []
        if email == nil {
            faults.append(FieldFault("email", "invalid", "must be an e-mail address such as a@example.com"))
        }
        if !Self.nameLengths.contains(name.unicodeScalars.count)
            || name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        {
            faults.append(
                FieldFault("name", "invalid", "must have 1 to \(Self.nameLengths.upperBound) characters on one line"))
        }
        if let fault = PasswordText(input.password).fault(email: email, name: name) { faults.append(fault) }
        guard let email, faults.isEmpty else { throw RPCFault.invalid(faults) }
        self.email = email
        self.name = name
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
