import Contracts
import Foundation
import RPC
import Testing

@testable import auth

struct SecondFactorSignInTests {
    private static let wrong = RPCFault(.unauthenticated, "invalid_credentials", "E-mail or password is wrong.")

    @Test func rightCodeOpensASession() async throws {
        try await AuthBench.with { bench in
            let (totp, _) = try await bench.turnOn(try await bench.signIn())
            let signedIn = try await bench.signIn(code: bench.code(totp))
            #expect(signedIn.user.email == "Root@bank.test")
            bench.pass(seconds: TOTP.periodSeconds)
            let code = bench.code(totp)
            let browser = try await bench.desk.sessions.openWeb(
                WebSignIn(SignIn(email: "root@bank.test", password: AuthBench.password, code: code)),
                bench.anonymous())
            #expect(browser.user == signedIn.user)
        }
    }

    @Test func withoutACodeItIsAskedFor() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.turnOn(root)
            let refusals = [
                try await fault { try await bench.signIn() }, try await fault { try await bench.openWeb() },
            ]
            for refusal in refusals {
                #expect(refusal?.status == .unauthenticated)
                #expect(refusal?.code == "second_factor_required")
            }
            let failed = try await bench.events("session.failed")
            #expect(failed.map { $0.changes.first?.after } == ["second_factor_missing", "second_factor_missing"])
            #expect(failed.allSatisfy { $0.subject.id == root.user.id.text })
        }
    }

    @Test func wrongCodeLooksLikeAWrongPassword() async throws {
        try await AuthBench.with { bench in
            let (totp, codes) = try await bench.turnOn(try await bench.signIn())
            let others = [
                "", "123", "abc", bench.code(TOTP()), RecoveryCode().text, String(codes[0].dropLast()),
                bench.code(totp, -2), bench.code(totp, 2), String(repeating: "1", count: 40),
            ]
            for code in others {
                #expect(try await fault { try await bench.signIn(code: code) } == Self.wrong, "\(code)")
                bench.pass(seconds: 3600)
            }
            let failed = try await bench.events("session.failed")
            #expect(failed.map { $0.changes.first?.after } == others.map { _ in "bad_code" })
            let written = try await bench.payloads()
            // Six digits may be part of an id.
            for code in others where code.count > 6 { #expect(!written.contains(code)) }
        }
    }

    @Test func wrongPasswordIsNotTheQuestionOfACode() async throws {
        try await AuthBench.with { bench in
            let (totp, _) = try await bench.turnOn(try await bench.signIn())
            let password = "wrong horse battery"
            #expect(try await fault { try await bench.signIn("root@bank.test", password) } == Self.wrong)
            let code = bench.code(totp)
            let input = SignIn(email: "root@bank.test", password: password, code: code)
            #expect(try await fault { try await bench.desk.sessions.login(input, bench.anonymous()) } == Self.wrong)
            // It was not used up either.
            _ = try await bench.signIn(code: code)
        }
    }

    @Test func codeIsGoodOnce() async throws {
        try await AuthBench.with { bench in
            let (totp, _) = try await bench.turnOn(try await bench.signIn())
            let code = bench.code(totp)
            _ = try await bench.signIn(code: code)
            #expect(try await fault { try await bench.signIn(code: code) } == Self.wrong)
            bench.pass(seconds: TOTP.periodSeconds)
            #expect(try await fault { try await bench.signIn(code: code) } == Self.wrong)
            _ = try await bench.signIn(code: bench.code(totp))
        }
    }

    @Test func codeThatTurnedTheAppOnIsUsedUp() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let totp = try await bench.beginTOTP(root)
            let code = bench.code(totp)
            _ = try await bench.confirmTOTP(root, code)
            #expect(try await fault { try await bench.signIn(code: code) } == Self.wrong)
            _ = try await bench.signIn(code: bench.code(totp, 1))
        }
    }

    @Test func codesOfTheStepBeforeAndAfterAreTaken() async throws {
        try await AuthBench.with { bench in
            let (totp, _) = try await bench.turnOn(try await bench.signIn())
            for step: Int64 in [-1, 0, 1] { _ = try await bench.signIn(code: bench.code(totp, step)) }
            // Whoever saw an earlier one cannot use it after a later one.
            bench.pass(seconds: 3 * TOTP.periodSeconds)
            _ = try await bench.signIn(code: bench.code(totp, 1))
            for step: Int64 in [-1, 0, 1] {
                #expect(try await fault { try await bench.signIn(code: bench.code(totp, step)) } == Self.wrong)
            }
        }
    }

    @Test func recoveryCodeIsGoodOnceHoweverItIsTyped() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let (_, codes) = try await bench.turnOn(root)
            let typed = codes[3].uppercased().replacing("-", with: " ")
            _ = try await bench.signIn(code: typed)
            for code in [typed, codes[3]] {
                #expect(try await fault { try await bench.signIn(code: code) } == Self.wrong)
            }
            #expect(try await bench.factors(root).recoveryCodesLeft == 9)
            let used = try #require(try await bench.events("recovery.used").last)
            #expect(used.subject == EventSubject(kind: "user", id: root.user.id.text))
            #expect(used.changes == [FieldChange("left", before: "10", after: "9")])
            #expect(used.actor.address == "192.0.2.7")
        }
    }

    @Test func recoveryCodesOfOthersAreWrong() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            let (_, beas) = try await bench.turnOn(bea)
            _ = try await bench.turnOn(root)
            #expect(try await fault { try await bench.signIn(code: beas[0]) } == Self.wrong)
            _ = try await bench.signIn("bea@bank.test", code: beas[0])
        }
    }

    @Test func oneCodeOpensOneSessionWhoeverIsFirst() async throws {
        try await AuthBench.with { bench in
            let (totp, codes) = try await bench.turnOn(try await bench.signIn())
            for code in [bench.code(totp), codes[0]] {
                let started = try await bench.events("session.started").count
                let opened = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                    for _ in 0..<8 {
                        tasks.addTask { try await fault { try await bench.signIn(code: code) } == nil }
                    }
                    return try await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(opened == 1)
                #expect(try await bench.events("session.started").count == started + 1)
                bench.pass(seconds: 3600)
            }
        }
    }

    @Test func codeOfAUserWithoutAnAppIsNotLookedAt() async throws {
        try await AuthBench.with { bench in
            _ = try await bench.signIn(code: "123456")
            #expect(try await bench.events("session.failed").isEmpty)
        }
    }

    /// Who was let in by one app while another took its place is not let in.
    @Test func signInThatIsOvertakenByAnotherAppFails() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let (totp, codes) = try await bench.turnOn(root)
            let handlers = bench.desk.sessions
            var proven: [ProvenUser] = []
            for code in [bench.code(totp), codes[0]] {
                let input = SignIn(email: "root@bank.test", password: AuthBench.password, code: code)
                proven.append(try await handlers.proof.prove(input, bench.anonymous()))
            }
            _ = try await bench.turnOn(root)
            for user in proven {
                let grant = try await handlers.sessions.start(for: user)
                #expect(grant == nil)
                let web = try await handlers.webSessions.open(for: user, replacing: nil, device: nil)
                #expect(web == nil)
            }
        }
    }

    @Test func codesAreBounded() async throws {
        try await AuthBench.with { bench in
            let refusal = try await fault { try await bench.signIn(code: String(repeating: "1", count: 41)) }
            #expect(refusal?.errors.map(\.field) == ["code"])
            #expect(refusal?.errors.map(\.code) == ["too_long"])
        }
    }

    @Test func appOutlivesItsRecoveryCodes() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let (totp, codes) = try await bench.turnOn(root)
            for code in codes { _ = try await bench.signIn(code: code) }
            let list = try await bench.factors(root)
            #expect(list.totp != nil && list.recoveryCodesLeft == 0 && list.passkeys == 0)
            _ = try await bench.signIn(code: bench.code(totp))
        }
    }
}
