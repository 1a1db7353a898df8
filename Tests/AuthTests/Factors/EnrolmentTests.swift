import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

/// How an authenticator app is set up and turned on.
struct EnrolmentTests {
    /// Six digits that the app shows at none of the steps that count.
    private func wrongCode(_ bench: AuthBench, _ totp: TOTP) -> String {
        let right = (-1...1).map { bench.code(totp, Int64($0)) }
        return ["111111", "222222", "333333", "444444"].first { !right.contains($0) } ?? ""
    }

    @Test func appIsOnOnceItHasGivenACode() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            #expect(
                try await bench.factors(root)
                    == FactorList(totp: nil, recoveryCodesLeft: 0, passkeys: 0, required: true))
            let totp = try await bench.beginTOTP(root)
            #expect(try await bench.factors(root).totp == nil)
            let codes = try await bench.confirmTOTP(root, bench.code(totp))
            #expect(Set(codes).count == 10)
            #expect(codes.allSatisfy { RecoveryCode(text: $0) != nil })
            #expect(
                try await bench.factors(root)
                    == FactorList(
                        totp: TOTPFactor(enabledAt: bench.now), recoveryCodesLeft: 10, passkeys: 0, required: true))
            let added = try #require(try await bench.events("factor.added").last)
            #expect(added.subject == EventSubject(kind: "user", id: root.user.id.text))
            #expect(added.actor.id == root.user.id.text)
            #expect(added.changes == [FieldChange("kind", before: nil, after: "totp")])
        }
    }

    @Test func enrolmentTellsTheSecretInThreeWays() async throws {
        try await AuthBench.with { bench in
            let context = try await bench.context(try await bench.signIn())
            let enrolment = try await bench.desk.factors.beginTOTP(Nothing(), context)
            let totp = TOTP(secret: Data(try #require(Base32.standard.decode(enrolment.secret))))
            #expect(totp.secret.count == 20)
            #expect(enrolment.uri == AuthenticatorURI(totp, email: "Root@bank.test").text)
            #expect(enrolment.qr == QRCode(enrolment.uri.utf8)?.svg)
            #expect(enrolment.expiresAt == bench.now.advanced(bySeconds: 900))
        }
    }

    @Test func secretsStandNowhereInClear() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let (totp, codes) = try await bench.turnOn(root)
            let written = try await bench.payloads()
            for secret in codes + [Base32.standard.encode(totp.secret)] { #expect(!written.contains(secret)) }
            let file = try Data(contentsOf: URL(filePath: bench.directory + "/auth.sqlite"))
            let log = try Data(contentsOf: URL(filePath: bench.directory + "/auth.sqlite-wal"))
            #expect((file + log).range(of: totp.secret) == nil)
            for code in codes { #expect((file + log).range(of: Data(code.utf8)) == nil) }
        }
    }

    @Test func codesOfTheStepBeforeAndAfterConfirmToo() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            for step: Int64 in [-1, 1] {
                let totp = try await bench.beginTOTP(root)
                #expect(try await bench.confirmTOTP(root, bench.code(totp, step)).count == 10)
            }
            let totp = try await bench.beginTOTP(root)
            for step: Int64 in [-2, 2] {
                let refusal = try await fault { try await bench.confirmTOTP(root, bench.code(totp, step)) }
                #expect(refusal?.errors.map(\.code) == ["wrong"])
            }
        }
    }

    @Test func newestEnrolmentWins() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let first = try await bench.beginTOTP(root)
            let second = try await bench.beginTOTP(root)
            #expect(try await fault { try await bench.confirmTOTP(root, bench.code(first)) } != nil)
            #expect(try await bench.confirmTOTP(root, bench.code(second)).count == 10)
            #expect(try await fault { try await bench.confirmTOTP(root, bench.code(second)) }?.code == "no_enrolment")
        }
    }

    @Test func enrolmentIsOverAfterAQuarterOfAnHour() async throws {
        try await AuthBench.with { bench in
            let totp = try await bench.beginTOTP(try await bench.signIn())
            bench.pass(seconds: 899)
            let root = try await bench.signIn()
            let inTime = try await fault { try await bench.confirmTOTP(root, wrongCode(bench, totp)) }
            #expect(inTime?.errors.map(\.code) == ["wrong"])
            bench.pass(seconds: 1)
            let late = try await fault { try await bench.confirmTOTP(root, bench.code(totp)) }
            #expect(late?.code == "no_enrolment")
            #expect(late?.status == .failedPrecondition)
        }
    }

    @Test func enrolmentThatIsOverIsSweptAway() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let (totp, _) = try await bench.turnOn(root)
            _ = try await bench.beginTOTP(root)
            func rows() async throws -> Int {
                try await bench.desk.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM totp_factor") ?? 0 }
            }
            bench.pass(seconds: 899)
            try await bench.desk.sweep()
            #expect(try await rows() == 2)
            bench.pass(seconds: 1)
            try await bench.desk.sweep()
            #expect(try await rows() == 1)
            _ = try await bench.signIn(code: bench.code(totp))
        }
    }

    @Test func tenWrongCodesEndAnEnrolment() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let totp = try await bench.beginTOTP(root)
            for malformed in ["", "12345", "1234567", "abcdef"] {
                let refusal = try await fault { try await bench.confirmTOTP(root, malformed) }
                #expect(refusal?.errors.map(\.code) == ["invalid"])
            }
            for _ in 0..<10 {
                let refusal = try await fault { try await bench.confirmTOTP(root, wrongCode(bench, totp)) }
                #expect(refusal?.status == .invalidArgument)
                #expect(refusal?.errors.map(\.field) == ["code"])
                #expect(refusal?.errors.map(\.code) == ["wrong"])
            }
            #expect(try await fault { try await bench.confirmTOTP(root, bench.code(totp)) }?.code == "no_enrolment")
        }
    }

    @Test func rightCodeAfterNineWrongOnesIsTaken() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let totp = try await bench.beginTOTP(root)
            for _ in 0..<9 { _ = try await fault { try await bench.confirmTOTP(root, wrongCode(bench, totp)) } }
            #expect(try await bench.confirmTOTP(root, bench.code(totp)).count == 10)
        }
    }

    @Test func anotherAppTakesThePlaceOfTheFirst() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let (first, firstCodes) = try await bench.turnOn(root)
            let (second, secondCodes) = try await bench.turnOn(root)
            #expect(try await bench.events("factor.removed").count == 1)
            #expect(try await bench.events("factor.added").count == 2)
            #expect(try await fault { try await bench.signIn(code: bench.code(first)) } != nil)
            #expect(try await fault { try await bench.signIn(code: firstCodes[0]) } != nil)
            _ = try await bench.signIn(code: bench.code(second))
            _ = try await bench.signIn(code: secondCodes[0])
        }
    }
}
