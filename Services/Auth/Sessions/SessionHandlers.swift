import Contracts
import Foundation
import RPC

/// Sign-in, refresh and sign-out over the wire.
struct SessionHandlers: Sendable {
    /// One answer for every reason, so that nobody learns whether there is such a user.
    private static let invalidCredentials = RPCFault(
        .unauthenticated, "invalid_credentials", "E-mail or password is wrong.")
    private static let secondFactorRequired = RPCFault(
        .unauthenticated, "second_factor_required",
        "Send the code of your authenticator app, or a recovery code, as `code`.")
    /// Longer than a recovery code with all its dashes.
    private static let codeLengthMax = 40
    private static let invalidRefreshToken = RPCFault(
        .unauthenticated, "invalid_refresh_token", "This refresh token is not good; sign in again.")

    let sessions: SessionStore
    let webSessions: WebSessionStore
    let users: UserStore
    let passwords: PasswordHasher
    let factors: SecondFactors
    let issuer: AccessTokenIssuer
    let clock: WallClock

    /// The password is hashed whether there is such a user or not: both take the same time.
    func login(_ input: SignIn, _ context: RPCContext) async throws -> SignedIn {
        let (user, occasion) = try await prove(input, context)
        guard let grant = try await sessions.start(for: user, occasion) else {
            throw try await failure(of: user, "disabled", occasion)
        }
        return try issuer.signedIn(grant, at: occasion.now)
    }

    /// Sign-in of a browser.
    func openWeb(_ input: SignIn, _ context: RPCContext) async throws -> WebSession {
        let (user, occasion) = try await prove(input, context)
        guard let session = try await webSessions.open(for: user, occasion) else {
            throw try await failure(of: user, "disabled", occasion)
        }
        return session
    }

    private func prove(_ input: SignIn, _ context: RPCContext) async throws -> (user: UUID, Occasion) {
        guard input.code?.unicodeScalars.count ?? 0 <= Self.codeLengthMax else {
            throw RPCFault.invalid([
                FieldFault("code", "too_long", "must have \(Self.codeLengthMax) characters at most")
            ])
        }
        let account = try await account(input.email)
        let isRight = try await passwords.verify(input.password, against: account?.passwordHash)
        let occasion = Occasion(context, at: clock())
        guard let account else { throw try await failure(of: nil, "unknown_user", occasion) }
        guard isRight else { throw try await failure(of: account.user.id, "bad_password", occasion) }
        switch try await factors.prove(input.code, of: account.user.id, occasion) {
        case .passed: return (account.user.id, occasion)
        case .wrong: throw try await failure(of: account.user.id, "bad_code", occasion)
        case .missing:
            _ = try await failure(of: account.user.id, "second_factor_missing", occasion)
            throw Self.secondFactorRequired
        }
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

    private func account(_ email: String) async throws -> Account? {
        guard let email = EmailAddress(email) else { return nil }
        return try await users.account(email: email)
    }

    private func failure(of user: UUID?, _ reason: String, _ occasion: Occasion) async throws -> RPCFault {
        try await sessions.recordFailure(of: user, reason: reason, occasion)
        return Self.invalidCredentials
    }
}
