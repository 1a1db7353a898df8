import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing
import Tokens

@testable import auth

struct FactorTests {
    /// Six digits that the app shows at none of the steps that count.
    private func wrongCode(_ bench: AuthBench, _ totp: TOTP) -> String {
        let right = (-1...1).map { bench.code(totp, Int64($0)) }
        return ["111111", "222222", "333333", "444444"].first { !right.contains($0) } ?? ""
    }

    private func changes(_ bench: AuthBench, _ signedIn: SignedIn) -> [(name: String, call: () async throws -> Any)] {
        let factors = bench.desk.factors
        return [
            ("begin", { try await factors.beginTOTP(Nothing(), try await bench.context(signedIn)) }),
            (
                "confirm",
                {
                    try await factors.confirmTOTP(
                        TOTPConfirmation(code: "123456"), try await bench.context(signedIn))
                }
            ),
            ("remove", { try await factors.removeTOTP(Nothing(), try await bench.context(signedIn)) }),
            ("renew", { try await factors.renewRecoveryCodes(Nothing(), try await bench.context(signedIn)) }),
            (
                "reset",
                {
                    try await factors.reset(
                        Nothing(), try await bench.context(signedIn, resource: [UUID().uuidString]))
                }
            ),
        ]
    }

    // MARK: turning on

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

    // MARK: turning off

    @Test func turningOffTakesTheCodesToo() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.turnOn(root)
            let context = try await bench.context(root)
            _ = try await bench.desk.factors.removeTOTP(Nothing(), context)
            let list = try await bench.factors(root)
            #expect(list.totp == nil && list.recoveryCodesLeft == 0)
            _ = try await bench.signIn()
            let removed = try #require(try await bench.events("factor.removed").last)
            #expect(removed.changes == [FieldChange("kind", before: "totp", after: nil)])
            #expect(
                try await fault { try await bench.desk.factors.removeTOTP(Nothing(), context) }?.status == .notFound)
        }
    }

    @Test func turningOnOrOffEndsTheOtherSessions() async throws {
        try await AuthBench.with { bench in
            let other = try await bench.signIn()
            let root = try await bench.signIn()
            let totp = try await bench.beginTOTP(root)
            var cursor = try await bench.watch(0).cursor
            _ = try await bench.confirmTOTP(root, bench.code(totp))
            #expect(try await bench.watch(cursor).revokedSessions == [try await bench.claims(other).sid])
            let another = try await bench.signIn(code: bench.code(totp, 1))
            cursor = try await bench.watch(0).cursor
            _ = try await bench.desk.factors.removeTOTP(Nothing(), try await bench.context(root))
            #expect(try await bench.watch(cursor).revokedSessions == [try await bench.claims(another).sid])
            #expect(try await fault { try await bench.refresh(root.refreshToken) } == nil)
            #expect(
                try await bench.events("session.revoked").flatMap(\.changes).filter { $0.field == "reason" }
                    .map(\.after) == ["factors_changed", "factors_changed"])
        }
    }

    // MARK: recovery codes

    @Test func newRecoveryCodesEndTheOldOnes() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let (_, old) = try await bench.turnOn(root)
            let context = try await bench.context(root)
            let new = try await bench.desk.factors.renewRecoveryCodes(Nothing(), context).codes
            #expect(new.count == 10 && Set(new).isDisjoint(with: old))
            #expect(try await bench.factors(root).recoveryCodesLeft == 10)
            #expect(try await fault { try await bench.signIn(code: old[0]) }?.code == "invalid_credentials")
            _ = try await bench.signIn(code: new[0])
            #expect(try await bench.factors(root).recoveryCodesLeft == 9)
            #expect(try await bench.events("recovery.renewed").map(\.subject.id) == [root.user.id.text])
        }
    }

    @Test func recoveryCodesStandInForAnAppOnly() async throws {
        try await AuthBench.with { bench in
            let context = try await bench.context(try await bench.signIn())
            let refusal = try await fault { try await bench.desk.factors.renewRecoveryCodes(Nothing(), context) }
            #expect(refusal?.code == "no_second_factor")
        }
    }

    // MARK: who may

    @Test func changesWantARecentSignIn() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            bench.pass(seconds: 301)
            for (name, call) in changes(bench, root) {
                #expect(try await fault(call)?.code == "insufficient_user_authentication", "\(name)")
            }
            _ = try await bench.factors(root)
        }
    }

    @Test func tokensChangeNothing() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let ended = try await bench.signIn()
            _ = try await bench.desk.sessions.logout(Nothing(), try await bench.context(ended))
            for (name, call) in changes(bench, ended) {
                #expect(try await fault(call)?.code == "session_required", "\(name)")
            }
            #expect(try await bench.factors(root).totp == nil)
        }
    }

    @Test func administratorTakesLostFactorsAway() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let user = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            _ = try await bench.turnOn(bea)
            let cursor = try await bench.watch(0).cursor
            _ = try await bench.desk.factors.reset(
                Nothing(), try await bench.context(root, resource: [user.id.text]))
            #expect(try await bench.watch(cursor).revokedSessions == [try await bench.claims(bea).sid])
            let list = try await bench.factors(try await bench.signIn("bea@bank.test"))
            #expect(list == FactorList(totp: nil, recoveryCodesLeft: 0, passkeys: 0, required: false))
            let reset = try #require(try await bench.events("factor.reset").last)
            #expect(reset.subject.id == user.id.text)
            #expect(reset.actor.id == root.user.id.text)
            #expect(reset.changes == [FieldChange("kind", before: "totp", after: nil)])
        }
    }

    @Test func onlyAdministratorsResetAndOnlyOthers() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", .compliance, by: root)
            let bea = try await bench.signIn("bea@bank.test")
            func refusal(_ signedIn: SignedIn, _ user: String) async throws -> RPCFault? {
                let context = try await bench.context(signedIn, resource: [user])
                return try await fault { try await bench.desk.factors.reset(Nothing(), context) }
            }
            #expect(try await refusal(bea, root.user.id.text)?.code == "forbidden")
            #expect(try await refusal(root, root.user.id.text)?.code == "own_account")
            #expect(try await refusal(root, UUID().uuidString)?.status == .notFound)
            #expect(try await refusal(root, "me")?.status == .notFound)
            #expect(try await bench.events("factor.reset").isEmpty)
        }
    }

    @Test func settingSaysWhoseRoleWantsAFactor() async throws {
        try await AuthBench.with {
            $0.secondFactor.roles = [.banker]
        } _: { bench in
            let root = try await bench.signIn()
            #expect(try await !bench.factors(root).required)
            _ = try await bench.create("bea@bank.test", .banker, by: root)
            #expect(try await bench.factors(try await bench.signIn("bea@bank.test")).required)
        }
    }

    // MARK: the key

    @Test func secretsMoveToANewKeyAtTheStart() async throws {
        let directory = NSTemporaryDirectory() + "ibp-auth-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (old, new, time) = (FileKey(), FileKey(), TestClock())
        var settings = AuthSettings(dataDirectory: directory, box: SecretBox(old))
        settings.bootstrap = Bootstrap(applicant: try Applicant(AuthBench.administrator))
        let first = try await AuthBench(settings, time: time)
        let (totp, _) = try await first.turnOn(try await first.signIn())
        try await first.desk.close()
        settings.box = SecretBox(new, previous: old)
        try await AuthBench(settings, time: time).desk.close()
        settings.box = SecretBox(new)
        let last = try await AuthBench(settings, time: time)
        _ = try await last.signIn(code: last.code(totp))
        try await last.desk.close()
    }
}
