import Contracts
import Foundation
import RPC

/// Users over the wire.
struct UserHandlers: Sendable {
    let users: UserStore
    let passwords: PasswordHasher
    let clock: WallClock

    func me(_ input: Nothing, _ context: RPCContext) async throws -> User {
        let identity = try context.signedIn()
        guard let user = try await users.user(identity.subject), user.status == .active else {
            throw RPCFault.unauthenticated
        }
        return user
    }

    func list(_ input: UserQuery, _ context: RPCContext) async throws -> UserPage {
        _ = try context.require(.manageUsers)
        let filter = try UserFilter(input)
        let found = try await users.page(filter)
        let page = Array(found.prefix(filter.limit))
        let cursor = found.count > page.count ? page.last.map { UserCursor(after: $0).text } : nil
        return UserPage(items: page, nextCursor: cursor)
    }

    func create(_ input: NewUser, _ context: RPCContext) async throws -> User {
        let identity = try context.require(.manageUsers)
        let applicant = try Applicant(input)
        let hash = try await passwords.hash(applicant.password)
        let occasion = Occasion(context, at: clock())
        let account = applicant.account(hash: hash, at: occasion.now)
        guard try await users.create(account, by: identity.subject, occasion) else {
            throw RPCFault(
                .alreadyExists, "email_taken", "There is a user with this e-mail already.",
                errors: [FieldFault("email", "email_taken", "belongs to another user")])
        }
        return account.user
    }

    func setStatus(_ input: UserStatusChange, _ context: RPCContext) async throws -> User {
        let identity = try context.require(.manageUsers)
        guard let id = context.resource.first.flatMap(UUID.init(uuidString:)) else { throw RPCFault.notFound("user") }
        do {
            let user = try await users.setStatus(
                of: id, to: input.status, by: identity.subject, Occasion(context, at: clock())
            ) { user in
                guard let expected = context.ifMatch, expected != user.version else { return }
                throw try RPCFault.staleUser(user)
            }
            guard let user else { throw RPCFault.notFound("user") }
            return user
        } catch let refusal as StatusRule.Refusal {
            throw refusal.fault
        }
    }

    /// For other services, which know users by id or e-mail only. A disabled user is not there for them.
    func find(_ input: UserLookup, _ context: RPCContext) async throws -> User {
        let user: User? =
            switch (input.id, input.email) {
            case (let id?, nil): try await users.user(id)
            case (nil, let email?): try await user(email: email)
            default: throw RPCFault.invalid([FieldFault("", "one_of", "must have either id or email")])
            }
        guard let user, user.status == .active else { throw RPCFault.notFound("user") }
        return user
    }

    private func user(email: String) async throws -> User? {
        guard let email = EmailAddress(email) else { return nil }
        return try await users.account(email: email)?.user
    }
}

extension RPCFault {
    static let unauthenticated = RPCFault(.unauthenticated, "unauthenticated", "Sign in first.")

    fileprivate static func staleUser(_ user: User) throws -> RPCFault {
        RPCFault(
            .aborted, "version_mismatch", "The user has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(user), as: UTF8.self))
    }
}

extension RPCContext {
    func signedIn() throws -> RPCIdentity {
        guard let identity else { throw RPCFault.unauthenticated }
        return identity
    }
}
