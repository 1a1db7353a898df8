import Contracts
import Foundation
import RPC

/// Users over the wire.
struct UserHandlers: Sendable {
    let users: UserStore
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
        let (items, nextCursor) = filter.page.cut(try await users.page(filter)) {
            AgeCursor(createdAt: $0.createdAt, id: $0.id)
        }
        return UserPage(items: items, nextCursor: nextCursor)
    }

    func get(_ input: Nothing, _ context: RPCContext) async throws -> User {
        _ = try context.require(.manageUsers)
        guard let user = try await users.user(try context.userID) else { throw RPCFault.notFound("user") }
        return user
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
