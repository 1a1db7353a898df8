import Crypto
import Foundation
import Testing

@testable import auth

struct ThrottleRuleTests {
    func waits(_ kind: ThrottleKind, _ failures: ClosedRange<Int>) -> [Int64] {
        failures.map { kind.rule.waitSeconds(failures: $0) }
    }

    @Test func waitsDoubleUpToTheirLast() {
        #expect(waits(.account, 1...15) == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
        #expect(waits(.pair, 1...13) == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
        #expect(waits(.address, 19...28) == [0, 10, 20, 40, 80, 160, 320, 640, 900, 900])
        #expect(waits(.device, 5...7) == [0, 30, 60])
    }

    @Test func noNumberOfFailuresLocksForGood() {
        for kind in ThrottleKind.allCases {
            #expect(kind.rule.waitSeconds(failures: .max) == kind.rule.lastSeconds)
            #expect(kind.rule.lastSeconds <= 3600)
            #expect(kind.rule.waitSeconds(failures: 0) == 0)
        }
    }

    /// NIST: a hundred failures in a row.
    @Test func hundredTriesAtAnAccountTakeDays() {
        let seconds = (1...99).map { ThrottleKind.account.rule.waitSeconds(failures: $0) }.reduce(0, +)
        #expect(seconds > 3 * 86_400)
    }
}

struct ThrottleKeyTests {
    let keys = ThrottleKeys(secret: SymmetricKey(data: Data(repeating: 7, count: 32)))

    func attempt(_ email: String, _ address: String? = "192.0.2.7", device: Data? = nil) -> SignInAttempt {
        keys.attempt(email: email, address: address, device: device)
    }

    @Test func oneAccountHasOneKeyHoweverItIsSpelled() {
        for email in ["ROOT@BANK.TEST", " root@bank.test ", "\u{FF52}oot@bank.test"] {
            #expect(attempt(email) == attempt("root@bank.test"))
        }
        #expect(attempt("other@bank.test").judged[0] != attempt("root@bank.test").judged[0])
        #expect(attempt("No E-mail") == attempt("no e-mail "))
    }

    @Test func addressesOfOneNetworkAreOne() {
        let pairs = [("2001:db8:1:2::1", "2001:DB8:1:2:ffff::9"), ("192.0.2.7", "::ffff:192.0.2.7")]
        for (a, b) in pairs { #expect(attempt("a@b.test", a) == attempt("a@b.test", b)) }
        let others = ["192.0.2.8", "2001:db8:1:3::1", "::1", "unix", ""]
        #expect(Set((others + ["192.0.2.7"]).map { attempt("a@b.test", $0).judged[1] }).count == 6)
    }

    @Test func keysOfAllKindsDiffer() {
        let one = attempt("a@b.test", device: Data(repeating: 1, count: 32))
        #expect(one.judged.map(\.kind) == [.device])
        #expect(one.forgiven.map(\.kind) == [.account, .address, .pair, .device])
        #expect(Set(one.forgiven.map(\.digest)).count == 4)
        #expect(one.forgiven.allSatisfy { $0.digest.count == 32 })
        #expect(attempt("a@b.test", nil).judged.map(\.kind) == [.account])
    }

    @Test func keysTellNothingWithoutTheSecret() {
        let other = ThrottleKeys(secret: SymmetricKey(size: .bits256))
        #expect(other.attempt(email: "a@b.test", address: nil, device: nil) != attempt("a@b.test", nil))
    }
}
