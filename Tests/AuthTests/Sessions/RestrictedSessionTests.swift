import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

/// Who may not work by a password alone gets a session all the same, in which he can set a second factor up.
struct RestrictedSessionTests {
    private static let day: Int64 = 86_400

    private func scope(_ signedIn: SignedIn, _ bench: AuthBench) async throws -> String? {
        try await bench.claims(signedIn).scope
    }

    @Test func policyAsksTheRolesItNamesOnceTheirTimeIsOver() {
        let made = Instant(milliseconds: 0)
        let policy = SecondFactorPolicy(roles: [.admin], graceSeconds: 60)
        func restricts(_ role: Role, hasSecondFactor: Bool = false, after seconds: Int64) -> Bool {
            let user = User(
                id: UUIDv7.make(), email: "a@bank.test", name: "A", role: role, status: .active, version: 1,
                createdAt: made, updatedAt: made)
            return policy.restricts(user, hasSecondFactor: hasSecondFactor, at: made.advanced(bySeconds: seconds))
        }
        #expect(!restricts(.admin, after: 59))
        #expect(restricts(.admin, after: 60))
        #expect(!restricts(.admin, hasSecondFactor: true, after: 60))
        #expect(!restricts(.banker, after: 60))
    }

    @Test func passwordAloneReachesTheOwnAccountOnlyOnceTheTimeIsOver() async throws {
        try await AuthBench.with { bench in
            #expect(try await scope(bench.signIn(), bench) == nil)
            bench.pass(seconds: Self.day)
            let restricted = try await bench.signIn()
            #expect(try await scope(restricted, bench) == AccessClaims.accountScope)
            let next = try await bench.refresh(restricted.refreshToken)
            #expect(try await scope(next, bench) == AccessClaims.accountScope)
            let web = try await bench.openWeb()
            #expect(try await bench.resolve(.webSession, web.secret).scopes == [])
            let started = try await bench.events("session.started").map { $0.changes.map(\.field) }
            #expect(started == [["user"], ["user", "restricted"], ["user", "restricted"]])
        }
    }

    @Test func secondFactorThatIsSetUpInItLiftsTheRestrictionAtTheNextSignIn() async throws {
        try await AuthBench.with { bench in
            bench.pass(seconds: Self.day)
            let restricted = try await bench.signIn()
            let (totp, _) = try await bench.turnOn(restricted)
            bench.pass(seconds: TOTP.periodSeconds)
            let signedIn = try await bench.signIn(code: bench.code(totp))
            #expect(try await scope(signedIn, bench) == nil)
            // What was opened by the password alone stays what it was.
            let old = try await bench.refresh(restricted.refreshToken)
            #expect(try await scope(old, bench) == AccessClaims.accountScope)
        }
    }

    @Test func noTokenReachesFurtherThanTheSessionItWasMadeIn() async throws {
        try await AuthBench.with { bench in
            bench.pass(seconds: Self.day)
            let context = try await bench.context(try await bench.signIn())
            let token = NewPersonalToken(name: "t", scopes: [.manageUsers], expiresInDays: 1)
            let refusal = try await fault { try await bench.desk.tokens.create(token, context) }
            #expect(refusal?.code == "second_factor_due")
        }
    }

    @Test func otherRolesAndOtherPoliciesLeaveSessionsWhole() async throws {
        try await AuthBench.with({ $0.secondFactor.roles = [.compliance] }) { bench in
            bench.pass(seconds: Self.day)
            let scope = try await scope(try await bench.signIn(), bench)
            #expect(scope == nil)
        }
    }
}
