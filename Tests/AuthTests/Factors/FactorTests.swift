import Contracts
import Foundation
import RPC
import Storage
import Testing
import Tokens

@testable import auth

struct FactorTests {
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

    @Test func turningOffWhatIsNotOnLeavesTheEnrolment() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let totp = try await bench.beginTOTP(root)
            let context = try await bench.context(root)
            #expect(
                try await fault { try await bench.desk.factors.removeTOTP(Nothing(), context) }?.status == .notFound)
            #expect(try await bench.confirmTOTP(root, bench.code(totp)).count == 10)
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
