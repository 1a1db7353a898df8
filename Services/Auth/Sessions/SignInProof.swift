import Contracts
import Foundation
import RPC

/// Finds out whether somebody is who he says he is: by password and second factor, or by a passkey alone.
struct SignInProof: Sendable {
    /// One answer for every reason, so that nobody learns whether there is such a user.
    private static let invalidCredentials = RPCFault(
        .unauthenticated, "invalid_credentials", "E-mail or password is wrong.")
    private static let secondFactorRequired = RPCFault(
        .unauthenticated, "second_factor_required",
        "Send the code of your authenticator app, or a recovery code, as `code`, or a passkey.")

    let sessions: SessionStore
    let users: UserStore
    let passwords: PasswordStore
    let hasher: PasswordHasher
    let factors: SecondFactorStore
    let passkeys: PasskeyStore
    let throttle: SignInThrottle
    let clock: WallClock

    /// - Parameter device: the digest of what the browser showed.
    /// - Throws: `sign_in_throttled`, before anything is hashed; `invalid_credentials`, whatever is wrong with them;
    ///   `second_factor_required`.
    func prove(_ input: SignIn, device: Data? = nil, _ context: RPCContext) async throws -> ProvenUser {
        switch try SignInForm(input) {
        case .passkey(let passkey):
            let occasion = Occasion(context, at: clock())
            guard let proof = try await passkeys.prove(passkey, occasion) else {
                throw try await failure(of: nil, "bad_passkey", occasion)
            }
            return ProvenUser(id: proof.user, hash: nil, secondFactor: .passkey(proof.passkey), occasion: occasion)
        case .password(let email, let password, let second):
            let account = try await account(email)
            let attempt = try await throttle.attempt(
                email, device: device, of: account?.user.id, Occasion(context, at: clock()))
            let proven = try await prove(account, password, second, attempt, context)
            try await renewHash(of: proven, password)
            return ProvenUser(
                id: proven.account.user.id, hash: proven.account.passwordHash,
                secondFactor: proven.secondFactor, attempt: attempt, occasion: proven.occasion)
        }
    }

    /// Of somebody who could prove who he is and gets no session all the same: disabled, or his password or his second
    /// factors were changed meanwhile.
    func failure(afterProofOf user: ProvenUser) async throws -> RPCFault {
        let isActive = try await users.user(user.id)?.status == .active
        return try await failure(of: user.id, isActive ? "credentials_changed" : "disabled", user.occasion)
    }

    private struct PasswordProof {
        let account: Account
        let secondFactor: SecondFactor?
        let occasion: Occasion
    }

    /// The password is hashed whether there is such a user or not: both take the same time.
    private func prove(
        _ account: Account?, _ password: String, _ second: SignInForm.SecondProof?, _ attempt: SignInAttempt,
        _ context: RPCContext
    ) async throws -> PasswordProof {
        let isRight = try await hasher.verify(
            password, against: account?.passwordHash,
            admit: { try await throttle.reserve(attempt, of: account?.user.id, Occasion(context, at: clock())) },
            // A disabled user's password counts as wrong, so that nobody learns that it is right.
            proved: { if account?.user.status == .active { try await throttle.release(attempt) } })
        let occasion = Occasion(context, at: clock())
        // Whether the password is right or not: that its challenge is used up must not tell.
        var proof: PasskeyProof?
        if case .passkey(let passkey) = second { proof = try await passkeys.prove(passkey, occasion) }
        guard let account else { throw try await failure(of: nil, "unknown_user", occasion) }
        let user = account.user.id
        // That a disabled user's password is right shows nowhere, neither by asking for his second factor.
        guard isRight, account.user.status == .active else {
            throw try await failure(of: user, isRight ? "disabled" : "bad_password", occasion)
        }
        var factor: SecondFactor?
        if case .passkey = second {
            guard let proof, proof.user == user else { throw try await failure(of: user, "bad_passkey", occasion) }
            factor = .passkey(proof.passkey)
        } else if try await factors.areOn(for: user) {
            guard case .code(let code) = second else {
                _ = try await failure(of: user, "second_factor_missing", occasion)
                throw Self.secondFactorRequired
            }
            // A code can be guessed like a password, and counts as wrong until it has proved right.
            try await throttle.reserve(attempt, of: user, occasion)
            factor = try await factors.use(code, of: user, occasion)
            guard factor != nil else { throw try await failure(of: user, "bad_code", occasion) }
            try await throttle.release(attempt)
        }
        return PasswordProof(account: account, secondFactor: factor, occasion: occasion)
    }

    /// While the password is at hand. With too many waiting to be hashed, the next sign-in will do it.
    private func renewHash(of proven: PasswordProof, _ password: String) async throws {
        let account = proven.account
        guard account.user.status == .active, let hash = account.passwordHash, hasher.isOutdated(hash) else {
            return
        }
        do {
            try await passwords.renew(
                account, try await hasher.rehash(password, hash), at: proven.occasion.now)
        } catch let fault as RPCFault where fault == PasswordHasher.busy { return }
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
