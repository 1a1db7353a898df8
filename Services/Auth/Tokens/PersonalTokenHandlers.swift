import Contracts
import Foundation
import RPC

/// One's own personal access tokens over the wire.
struct PersonalTokenHandlers: Sendable {
    let tokens: PersonalTokenStore
    let clock: WallClock

    func create(_ input: NewPersonalToken, _ context: RPCContext) async throws -> CreatedPersonalToken {
        let identity = try context.signedIn()
        guard let role = Role(bits: identity.roles) else { throw RPCFault.unauthenticated }
        let request = try TokenRequest(input, by: role)
        do {
            return try await tokens.create(request, by: identity, Occasion(context, at: clock()))
        } catch PersonalTokenStore.Refusal.restricted {
            throw RPCFault(
                .permissionDenied, "second_factor_due",
                "Your role needs a second factor: set one up and sign in with it, then make tokens.")
        } catch PersonalTokenStore.Refusal.tooMany {
            throw RPCFault(
                .failedPrecondition, "too_many_tokens",
                "You have \(PersonalTokenStore.tokensMax) tokens already; revoke one first.")
        }
    }

    func list(_ input: Nothing, _ context: RPCContext) async throws -> PersonalTokenList {
        let identity = try context.signedIn()
        return PersonalTokenList(items: try await tokens.living(of: identity.subject, at: clock()))
    }

    func revoke(_ input: Nothing, _ context: RPCContext) async throws -> Nothing {
        let identity = try context.signedIn()
        guard let id = context.resourceID,
            try await tokens.revoke(id, of: identity.subject, Occasion(context, at: clock()))
        else { throw RPCFault.notFound("token") }
        return Nothing()
    }
}
