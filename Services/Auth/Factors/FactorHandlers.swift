import Contracts
import Foundation
import RPC

/// One's own second factors over the wire, and their removal for somebody who lost them.
struct FactorHandlers: Sendable {
    private static let notOn = RPCFault(
        .failedPrecondition, "no_second_factor", "Turn an authenticator app on first; the codes stand in for it.")
    private static let nothingPending = RPCFault(
        .failedPrecondition, "no_enrolment",
        "No authenticator app is being set up, its time is over, or too many codes were wrong; begin anew.")
    private static let ownAccount = RPCFault(
        .failedPrecondition, "own_account", "Nobody can reset the own second factors; turn them off instead.")

    let factors: FactorStore
    let users: UserStore
    /// Those that should have a second factor.
    let roles: Set<Role>
    let clock: WallClock

    func list(_ input: Nothing, _ context: RPCContext) async throws -> FactorList {
        let identity = try context.signedIn()
        let (enabledAt, codesLeft, passkeys) = try await factors.standing(of: identity.subject)
        return FactorList(
            totp: enabledAt.map(TOTPFactor.init), recoveryCodesLeft: codesLeft, passkeys: passkeys,
            required: Role(bits: identity.roles).map(roles.contains) ?? false)
    }

    func beginTOTP(_ input: Nothing, _ context: RPCContext) async throws -> TOTPEnrolment {
        let identity = try context.signedIn()
        guard let user = try await users.user(identity.subject) else { throw RPCFault.unauthenticated }
        let totp = TOTP()
        let uri = AuthenticatorURI(totp, email: user.email).text
        guard let code = QRCode(uri.utf8) else { throw RPCFault.internal }
        let expiresAt = try await factors.begin(totp, by: identity, Occasion(context, at: clock()))
        return TOTPEnrolment(
            secret: Base32.standard.encode(totp.secret), uri: uri, qr: code.svg, expiresAt: expiresAt)
    }

    func confirmTOTP(_ input: TOTPConfirmation, _ context: RPCContext) async throws -> RecoveryCodeSet {
        let identity = try context.signedIn()
        guard let code = TOTP.digits(of: input.code) else {
            throw RPCFault.invalid([FieldFault("code", "invalid", "must be the six digits that the app shows")])
        }
        switch try await factors.confirm(code, by: identity, Occasion(context, at: clock())) {
        case .done(let codes): return RecoveryCodeSet(codes)
        case .wrongCode:
            throw RPCFault.invalid([
                FieldFault("code", "wrong", "is not what the app should show now; check the clock of its device")
            ])
        case .nothingPending: throw Self.nothingPending
        }
    }

    func removeTOTP(_ input: Nothing, _ context: RPCContext) async throws -> Nothing {
        let identity = try context.signedIn()
        guard try await factors.removeTOTP(by: identity, Occasion(context, at: clock())) else {
            throw RPCFault.notFound("authenticator app")
        }
        return Nothing()
    }

    func renewRecoveryCodes(_ input: Nothing, _ context: RPCContext) async throws -> RecoveryCodeSet {
        let identity = try context.signedIn()
        guard let codes = try await factors.renewRecoveryCodes(by: identity, Occasion(context, at: clock())) else {
            throw Self.notOn
        }
        return RecoveryCodeSet(codes)
    }

    func reset(_ input: Nothing, _ context: RPCContext) async throws -> Nothing {
        let identity = try context.require(.manageUsers)
        let user = try context.userID
        guard user != identity.subject else { throw Self.ownAccount }
        guard try await factors.reset(user, by: identity, Occasion(context, at: clock())) else {
            throw RPCFault.notFound("user")
        }
        return Nothing()
    }
}

extension RecoveryCodeSet {
    fileprivate init(_ codes: [RecoveryCode]) { self.init(codes: codes.map(\.text)) }
}
