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
        "Send the code of your authenticator app, or a recovery code, as `code`, or a passkey.")
    private static let invalidRefreshToken = RPCFault(
        .unauthenticated, "invalid_refresh_token", "This refresh token is not good; sign in again.")

    let sessions: SessionStore
    let webSessions: WebSessionStore
    let users: UserStore
    let passwords: PasswordHasher
    let factors: SecondFactors
    let passkeys: PasskeyStore
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
        switch try SignInForm(input) {
        case .passkey(let passkey):
            let occasion = Occasion(context, at: clock())
            guard let proof = try await passkeys.prove(passkey, occasion), proof.isUserVerified else {
                throw try await failure(of: nil, "bad_passkey", occasion)
            }
            return (proof.user, occasion)
        case .password(let email, let password, let second):
            let account = try await account(email)
            let isRight = try await passwords.verify(password, against: account?.passwordHash)
            let occasion = Occasion(context, at: clock())
            // Whether the password is right or not: that its challenge is used up must not tell.
            var owner: UUID?
            if case .passkey(let passkey) = second { owner = try await passkeys.prove(passkey, occasion)?.user }
            guard let account else { throw try await failure(of: nil, "unknown_user", occasion) }
            let user = account.user.id
            guard isRight else { throw try await failure(of: user, "bad_password", occasion) }
            let isSecondWanted = try await factors.areOn(for: user)
            switch second {
            case .passkey:
                guard owner == user else { throw try await failure(of: user, "bad_passkey", occasion) }
            case .code(let code) where isSecondWanted:
                guard try await factors.use(code, of: user, occasion) else {
                    throw try await failure(of: user, "bad_code", occasion)
                }
            case nil where isSecondWanted:
                _ = try await failure(of: user, "second_factor_missing", occasion)
                throw Self.secondFactorRequired
            default: break
            }
            return (user, occasion)
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
