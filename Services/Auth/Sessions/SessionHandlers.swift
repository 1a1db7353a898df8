import Contracts
import RPC

/// Sign-in, refresh and sign-out over the wire.
struct SessionHandlers: Sendable {
    private static let invalidRefreshToken = RPCFault(
        .unauthenticated, "invalid_refresh_token", "This refresh token is not good; sign in again.")

    let proof: SignInProof
    let sessions: SessionStore
    let webSessions: WebSessionStore
    let issuer: AccessTokenIssuer
    let clock: WallClock

    func login(_ input: SignIn, _ context: RPCContext) async throws -> SignedIn {
        let user = try await proof.prove(input, context)
        guard let grant = try await sessions.start(for: user) else {
            throw try await proof.failure(afterProofOf: user)
        }
        return try issuer.signedIn(grant, at: user.occasion.now)
    }

    /// Sign-in of a browser, which is known as its user's device from then on.
    func openWeb(_ input: WebSignIn, _ context: RPCContext) async throws -> WebSession {
        let replaced = try input.replaces.map { try OpaqueSecret.digest($0, in: "replaces") }
        let device = try input.device.map { try OpaqueSecret.digest($0, in: "device") }
        let user = try await proof.prove(input.signIn, device: device, context)
        guard let session = try await webSessions.open(for: user, replacing: replaced, device: device) else {
            throw try await proof.failure(afterProofOf: user)
        }
        return session
    }

    func refresh(_ input: SessionRefresh, _ context: RPCContext) async throws -> SignedIn {
        guard let token = RefreshToken(text: input.refreshToken) else { throw Self.invalidRefreshToken }
        let occasion = Occasion(context, at: clock())
        guard let grant = try await sessions.refresh(token, occasion) else { throw Self.invalidRefreshToken }
        return try issuer.signedIn(grant, at: occasion.now)
    }

    func logout(_ input: Nothing, _ context: RPCContext) async throws -> Nothing {
        let identity = try context.signedIn()
        try await sessions.end(identity.session, of: identity.subject, .logout, Occasion(context, at: clock()))
        return Nothing()
    }
}
