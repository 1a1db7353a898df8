import Contracts
import Foundation
import RPC

/// Changing one's own password, and resetting a forgotten one, over the wire.
struct PasswordHandlers: Sendable {
    /// One answer for every reason.
    private static let badToken = RPCFault(
        .permissionDenied, "reset_invalid", "This link is not good or no longer; ask an administrator for a new one.")

    private static let noPassword = RPCFault(
        .failedPrecondition, "no_password", "Whoever signs in with the company's account has no password here.")

    let passwords: PasswordStore
    let resets: ResetStore
    let users: UserStore
    let hasher: PasswordHasher
    let factors: SecondFactorStore
    let throttle: SignInThrottle
    /// Its name, which no password may contain.
    let firm: String?
    let clock: WallClock

    /// The current password is proof enough of who asks, however long ago he signed in.
    func change(_ input: PasswordChange, _ context: RPCContext) async throws -> Nothing {
        let identity = try context.signedIn()
        guard let account = try await users.account(identity.subject) else { throw RPCFault.unauthenticated }
        guard account.passwordHash != nil else { throw Self.noPassword }
        try await check(input.newPassword, of: account.user)
        guard try await isCurrent(input.currentPassword, of: account, context) else {
            throw try await refusal(account.user, context)
        }
        guard PasswordText(input.newPassword).normalized != PasswordText(input.currentPassword).normalized else {
            throw RPCFault.invalid([FieldFault("newPassword", "unchanged", "must be another than the current one")])
        }
        let hash = try await hasher.hash(input.newPassword)
        let occasion = Occasion(context, at: clock())
        guard try await passwords.change(account, to: hash, in: identity.session, occasion) else {
            // Changed by somebody else in the meantime.
            throw try await refusal(account.user, context)
        }
        return Nothing()
    }

    /// For an administrator: what he hands to the user, who alone chooses the password.
    func requestReset(_ input: Nothing, _ context: RPCContext) async throws -> PasswordResetGrant {
        let identity = try context.require(.manageUsers)
        let id = try context.userID
        guard let account = try await users.account(id) else { throw RPCFault.notFound("user") }
        // A password beside the company's account would get him in when the company lets him in no more.
        guard account.passwordHash != nil else { throw Self.noPassword }
        let token = OpaqueSecret()
        do {
            let occasion = Occasion(context, at: clock())
            guard let expiresAt = try await resets.offer(token, for: id, by: identity, occasion) else {
                throw RPCFault.notFound("user")
            }
            return PasswordResetGrant(token: token.text, expiresAt: expiresAt)
        } catch let refusal as ResetRule.Refusal {
            throw refusal.fault
        }
    }

    /// Signs nobody in, and leaves second factors as they are. Only for a good token a password is hashed.
    func reset(_ input: PasswordReset, _ context: RPCContext) async throws -> Nothing {
        let token = OpaqueSecret(text: input.token)
        guard let user = try await resets.user(of: token, at: clock()) else { throw Self.badToken }
        try await check(input.newPassword, of: user)
        let hash = try await hasher.hash(input.newPassword)
        guard try await resets.redeem(token, hash, Occasion(context, at: clock())) else { throw Self.badToken }
        return Nothing()
    }

    /// Counted like a sign-in: in somebody else's session a password can be guessed, too.
    /// - Throws: `sign_in_throttled`.
    private func isCurrent(_ password: String, of account: Account, _ context: RPCContext) async throws -> Bool {
        let user = account.user
        let attempt = try await throttle.attempt(
            user.email, device: nil, of: user.id, Occasion(context, at: clock()))
        return try await hasher.verify(
            password, against: account.passwordHash,
            admit: { try await throttle.reserve(attempt, of: user.id, Occasion(context, at: clock())) },
            proved: { try await throttle.release(attempt) })
    }

    /// - Throws: `validation_failed` when it will not do as a new password of this user.
    private func check(_ password: String, of user: User) async throws {
        let use: PasswordText.Use = try await factors.areOn(for: user.id) ? .besideSecondFactor : .onlyFactor
        let fault = PasswordText(password).fault(
            email: EmailAddress(user.email), name: user.name, firm: firm, use: use)
        guard let fault else { return }
        throw RPCFault.invalid([FieldFault("newPassword", fault.code, fault.message)])
    }

    private func refusal(_ user: User, _ context: RPCContext) async throws -> RPCFault {
        try await passwords.recordRefusal(of: user, Occasion(context, at: clock()))
        return RPCFault.invalid([FieldFault("currentPassword", "wrong", "is not your password")])
    }
}
