import Contracts
import Foundation
import RPC

/// The sessions that live, over the wire: one's own, and those of others for administrators.
struct LivingSessionHandlers: Sendable {
    let sessions: SessionStore
    let users: UserStore
    let clock: WallClock

    func list(_ input: Nothing, _ context: RPCContext) async throws -> SessionList {
        let identity = try context.signedIn()
        return try await list(of: identity.subject, by: identity)
    }

    func end(_ input: Nothing, _ context: RPCContext) async throws -> Nothing {
        let identity = try context.signedIn()
        guard let id = context.resourceID,
            try await sessions.endLiving(id, of: identity.subject, .revoked, Occasion(context, at: clock()))
        else { throw RPCFault.notFound("session") }
        return Nothing()
    }

    func endOthers(_ input: Nothing, _ context: RPCContext) async throws -> EndedSessions {
        let identity = try context.signedIn()
        let occasion = Occasion(context, at: clock())
        return EndedSessions(
            ended: try await sessions.endAll(of: identity.subject, but: identity.session, .revoked, occasion))
    }

    func listOfUser(_ input: Nothing, _ context: RPCContext) async throws -> SessionList {
        let identity = try context.require(.manageUsers)
        return try await list(of: try await user(context), by: identity)
    }

    func endOfUser(_ input: Nothing, _ context: RPCContext) async throws -> EndedSessions {
        _ = try context.require(.manageUsers)
        let user = try await user(context)
        let occasion = Occasion(context, at: clock())
        return EndedSessions(ended: try await sessions.endAll(of: user, .revokedByAdmin, occasion))
    }

    private func list(of user: UUID, by identity: RPCIdentity) async throws -> SessionList {
        SessionList(items: try await sessions.living(of: user, seenFrom: identity.session, at: clock()))
    }

    private func user(_ context: RPCContext) async throws -> UUID {
        let id = try context.userID
        guard try await users.user(id) != nil else { throw RPCFault.notFound("user") }
        return id
    }
}
