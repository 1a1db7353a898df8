import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

private let throttled = "sign_in_throttled"
private let wrong = "wrong password, quite long"

extension AuthBench {
    /// How an attempt ends: nil when it succeeds.
    func attempt(
        _ email: String = "root@bank.test", _ password: String = wrong, from address: String = "192.0.2.7"
    ) async throws -> RPCFault? {
        var context = anonymous()
        context.clientAddress = address
        return try await fault { try await desk.sessions.login(SignIn(email: email, password: password), context) }
    }

    /// From another address each, so that only the account counts.
    func failAtAccount(_ email: String, times: Int) async throws -> [RPCFault?] {
        var faults: [RPCFault?] = []
        for index in 0..<times { faults.append(try await attempt(email, from: "198.51.100.\(index)")) }
        return faults
    }

    func rows() async throws -> Int {
        try await desk.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM throttle") ?? 0 }
    }
}

struct ThrottleTests {
    @Test func sixthFailureMakesTheAccountWaitWhereverOneComesFrom() async throws {
        try await AuthBench.with { bench in
            let faults = try await bench.failAtAccount("root@bank.test", times: 7)
            #expect(faults.prefix(6).allSatisfy { $0?.code == "invalid_credentials" })
            let refusal = try #require(faults.last ?? nil)
            #expect(refusal.code == throttled)
            #expect(refusal.status == .resourceExhausted)
            #expect(refusal.retryAfterMilliseconds == 30_000)
            #expect(refusal.message == "Too many sign-ins have failed; try again in 30 s.")
            #expect(refusal.doNotRetry)
            bench.pass(seconds: 29)
            // The right password waits as well: it would tell that it is right.
            let right = try await bench.attempt("root@bank.test", AuthBench.password, from: "203.0.113.1")
            #expect(right?.code == throttled)
            #expect(right?.retryAfterMilliseconds == 1000)
            bench.pass(seconds: 1)
            #expect(try await bench.attempt("root@bank.test", AuthBench.password, from: "203.0.113.1") == nil)
        }
    }

    @Test func accountThatIsNotThereWaitsTheSame() async throws {
        try await AuthBench.with { bench in
            var known: [RPCFault?] = []
            var unknown: [RPCFault?] = []
            for index in 0..<14 {
                let address = "198.51.100.\(index % 3)"
                known.append(try await bench.attempt("root@bank.test", from: address))
                unknown.append(try await bench.attempt("nobody@bank.test", from: address.replacing("198", with: "199")))
                bench.pass(seconds: Int64(index) * 7)
            }
            #expect(known == unknown)
            #expect(Set(known.map { $0?.code }) == ["invalid_credentials", throttled])
        }
    }

    @Test func eachFailureDoublesTheWaitAndNothingLocksForGood() async throws {
        try await AuthBench.with { bench in
            _ = try await bench.failAtAccount("root@bank.test", times: 6)
            var waits: [Int] = []
            for index in 0..<10 {
                let address = "203.0.113.\(index)"
                let wait = try #require(try await bench.attempt(from: address)?.retryAfterMilliseconds) / 1000
                waits.append(wait)
                bench.pass(seconds: Int64(wait))
                #expect(try await bench.attempt(from: address)?.code == "invalid_credentials")
            }
            #expect(waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
            bench.pass(seconds: 3600)
            #expect(try await bench.attempt("root@bank.test", AuthBench.password) == nil)
        }
    }

    @Test func fourthFailureMakesThatAccountWaitAtThatAddressOnly() async throws {
        try await AuthBench.with { bench in
            for _ in 0..<4 {
                let fault = try await bench.attempt()
                #expect(fault?.code == "invalid_credentials")
            }
            #expect(try await bench.attempt()?.retryAfterMilliseconds == 5000)
            #expect(try await bench.attempt("nobody@bank.test")?.code == "invalid_credentials")
            #expect(try await bench.attempt("root@bank.test", AuthBench.password, from: "198.51.100.1") == nil)
        }
    }

    @Test func twentiethFailureMakesTheNetworkWait() async throws {
        try await AuthBench.with { bench in
            for index in 0..<20 {
                let fault = try await bench.attempt("nobody-\(index)@bank.test", from: "2001:db8::\(index + 1)")
                #expect(fault?.code == "invalid_credentials")
            }
            let refusal = try await bench.attempt("root@bank.test", AuthBench.password, from: "2001:db8::ffff")
            #expect(refusal?.retryAfterMilliseconds == 10_000)
            #expect(try await bench.attempt("root@bank.test", AuthBench.password, from: "2001:db8:0:1::1") == nil)
        }
    }

    @Test func successForgivesAccountAddressAndPair() async throws {
        try await AuthBench.with { bench in
            for _ in 0..<3 {
                for _ in 0..<3 { #expect(try await bench.attempt()?.code == "invalid_credentials") }
                _ = try await bench.signIn()
                #expect(try await bench.rows() == 0)
            }
        }
    }

    @Test func rightPasswordOfADisabledUserCountsAsWrong() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            _ = try await bench.set(bea.id, .disabled, by: root)
            for _ in 0..<4 {
                #expect(try await bench.attempt("bea@bank.test", AuthBench.password)?.code == "invalid_credentials")
            }
            #expect(try await bench.attempt("bea@bank.test", AuthBench.password)?.code == throttled)
        }
    }

    @Test func disabledUsersSecondFactorIsNotAskedFor() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let (_, codes) = try await bench.turnOn(try await bench.signIn("bea@bank.test"))
            _ = try await bench.set(bea.id, .disabled, by: root)
            #expect(try await bench.attempt("bea@bank.test", AuthBench.password)?.code == "invalid_credentials")
            let coded = try await fault { try await bench.signIn("bea@bank.test", code: codes[0]) }
            #expect(coded?.code == "invalid_credentials")
            #expect(try await bench.events("recovery.used").isEmpty)
        }
    }

    @Test func whoWaitsCostsNoHash() async throws {
        try await AuthBench.with { bench in
            for _ in 0..<4 { _ = try await bench.attempt() }
            let work = bench.desk.sessions.proof.passwords.workDone
            for _ in 0..<50 { #expect(try await bench.attempt()?.code == throttled) }
            #expect(bench.desk.sessions.proof.passwords.workDone == work)
            // Nor does it wait any longer for having asked.
            #expect(try await bench.attempt()?.retryAfterMilliseconds == 5000)
        }
    }

    @Test func manyAtOnceDoNotSlipPast() async throws {
        try await AuthBench.with { bench in
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<30 { group.addTask { try await bench.attempt()?.code } }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(codes.count { $0 == "invalid_credentials" } == 4)
            #expect(codes.count { $0 == throttled } == 26)
        }
    }

    @Test func manyAtOnceWithTheRightPasswordAllGetIn() async throws {
        try await AuthBench.with { bench in
            let faults = try await withThrowingTaskGroup(of: RPCFault?.self) { group in
                for _ in 0..<30 { group.addTask { try await bench.attempt("root@bank.test", AuthBench.password) } }
                return try await group.reduce(into: [RPCFault?]()) { $0.append($1) }
            }
            #expect(faults.allSatisfy { $0 == nil })
            #expect(try await bench.rows() == 0)
        }
    }

    @Test func restartForgivesNobody() async throws {
        let directory = NSTemporaryDirectory() + "ibp-auth-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let settings = AuthSettings(
            dataDirectory: directory, bootstrap: Bootstrap(applicant: try Applicant(AuthBench.administrator)),
            box: SecretBox(FileKey()))
        let time = TestClock()
        let first = try await AuthBench(settings, time: time)
        for _ in 0..<4 { _ = try await first.attempt() }
        try await first.desk.close()
        let second = try await AuthBench(settings, time: time)
        #expect(try await second.attempt("root@bank.test", AuthBench.password)?.code == throttled)
        second.pass(seconds: 5)
        #expect(try await second.attempt()?.code == "invalid_credentials")
        #expect(try await second.attempt()?.retryAfterMilliseconds == 10_000)
        try await second.desk.close()
    }

    @Test func dayWithoutFailuresBeginsAnew() async throws {
        try await AuthBench.with { bench in
            _ = try await bench.failAtAccount("root@bank.test", times: 6)
            bench.pass(seconds: 86_401)
            #expect(try await bench.failAtAccount("root@bank.test", times: 6).allSatisfy { $0?.code != throttled })
            bench.pass(seconds: 86_401)
            #expect(try await bench.rows() > 0)
            try await bench.desk.sweep()
            #expect(try await bench.rows() == 0)
        }
    }

    @Test func oldestRowsGoWhenThereAreTooMany() async throws {
        try await AuthBench.with { bench in
            #expect(ThrottleStore.rowsMax == 200_000)
            let store = ThrottleStore(store: bench.desk.store, rowsMax: 5)
            let attempts = (0..<8).map { index in
                SignInAttempt(
                    judged: [ThrottleKey(kind: .device, digest: Data(repeating: UInt8(index), count: 32))], forgiven: []
                )
            }
            for attempt in attempts {
                bench.pass(seconds: 1)
                #expect(try await store.reserve(attempt, by: nil, .own(at: bench.now)) == nil)
            }
            let kept = try await bench.desk.store.read {
                try Data.fetchAll($0, sql: "SELECT key FROM throttle ORDER BY failed_ms")
            }
            #expect(kept == attempts.suffix(5).flatMap { $0.judged.map(\.digest) })
        }
    }
}

struct ThrottleEventTests {
    func told(_ bench: AuthBench) async throws -> [Event] {
        try await bench.events("session.failed").filter { $0.changes.first?.after == "throttled" }
    }

    @Test func waitIsToldOnce() async throws {
        try await AuthBench.with { bench in
            for _ in 0..<20 { _ = try await bench.attempt() }
            let event = try #require(try await told(bench).first)
            #expect(try await told(bench).count == 1)
            #expect(event.changes.last == FieldChange("throttle", before: nil, after: "pair"))
            #expect(event.actor.kind == "anonymous")
            #expect(event.subject.kind == "user")
            #expect(event.subject.id != "")
            bench.pass(seconds: 5)
            for _ in 0..<20 { _ = try await bench.attempt() }
            #expect(try await told(bench).count == 2)
            #expect(try await bench.events("session.failed").count == 4 + 1 + 1 + 1)
        }
    }

    @Test func strangersEmailIsNotTold() async throws {
        try await AuthBench.with { bench in
            for _ in 0..<20 { _ = try await bench.attempt("nobody@bank.test") }
            #expect(try await told(bench).map(\.subject.id) == [""])
            let written = try await bench.payloads()
            #expect(!written.contains("nobody@") && !written.contains(wrong))
        }
    }
}
