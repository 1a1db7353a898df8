import Contracts
import Foundation
import RPC

// Changes of users over the wire: by administrators, and by everybody of his own name.
extension UserHandlers {
    func setStatus(_ input: UserStatusChange, _ context: RPCContext) async throws -> User {
        let identity = try context.require(.manageUsers)
        let id = try context.userID
        do {
            let user = try await users.setStatus(
                of: id, to: input.status, by: identity, Occasion(context, at: clock()), check: context.checkVersion)
            guard let user else { throw RPCFault.notFound("user") }
            return user
        } catch let refusal as StatusRule.Refusal {
            throw refusal.fault
        }
    }

    func update(_ input: UserChange, _ context: RPCContext) async throws -> User {
        let identity = try context.require(.manageUsers)
        let id = try context.userID
        let edit = UserEdit(name: try input.name.map(PersonName.init(checking:)), role: input.role)
        do {
            let user = try await users.change(
                id, edit, by: identity, Occasion(context, at: clock()), check: context.checkVersion)
            guard let user else { throw RPCFault.notFound("user") }
            return user
        } catch let refusal as RoleRule.Refusal {
            throw refusal.fault
        }
    }

    func updateMe(_ input: NameChange, _ context: RPCContext) async throws -> User {
        let identity = try context.signedIn()
        let edit = UserEdit(name: try PersonName(checking: input.name))
        let user = try await users.change(identity.subject, edit, by: identity, Occasion(context, at: clock())) {
            user in
            guard user.status == .active else { throw RPCFault.unauthenticated }
            try context.checkVersion(user)
        }
        guard let user else { throw RPCFault.unauthenticated }
        return user
    }
}

extension PersonName {
    fileprivate init(checking text: String) throws {
        guard let name = PersonName(text) else { throw RPCFault.invalid([Self.fault]) }
        self = name
    }
}
