import Contracts
import Foundation
import RPC
import Testing

@testable import auth

extension AuthBench {
    func signIn(_ email: String = "root@bank.test", code: String?) async throws -> SignedIn {
        try await desk.sessions.login(SignIn(email: email, password: Self.password, code: code), anonymous())
    }

    /// What the user's app would hold.
    func beginTOTP(_ signedIn: SignedIn) async throws -> TOTP {
        let enrolment = try await desk.factors.beginTOTP(Nothing(), try await context(signedIn))
        return TOTP(secret: Data(try #require(Base32.standard.decode(enrolment.secret))))
    }

    func confirmTOTP(_ signedIn: SignedIn, _ code: String) async throws -> [String] {
        try await desk.factors.confirmTOTP(TOTPConfirmation(code: code), try await context(signedIn)).codes
    }

    /// What the app shows now, or so many steps from now.
    func code(_ totp: TOTP, _ steps: Int64 = 0) -> String { totp.code(at: TOTP.step(at: now) + steps) }

    /// An app that is on and has not been used for a while, and the recovery codes.
    func turnOn(_ signedIn: SignedIn) async throws -> (totp: TOTP, recoveryCodes: [String]) {
        let totp = try await beginTOTP(signedIn)
        let codes = try await confirmTOTP(signedIn, code(totp))
        pass(seconds: 3 * TOTP.periodSeconds)
        return (totp, codes)
    }

    func factors(_ signedIn: SignedIn) async throws -> FactorList {
        try await desk.factors.list(Nothing(), try await context(signedIn))
    }
}
