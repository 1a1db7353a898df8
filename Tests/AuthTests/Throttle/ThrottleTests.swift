import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

private let throttled = "sign_in_throttled"

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
            let work = bench.desk.sessions.proof.hasher.workDone
            for _ in 0..<50 { #expect(try await bench.attempt()?.code == throttled) }
            #expect(bench.desk.sessions.proof.hasher.workDone == work)
            // Nor does it wait any longer for having asked.
            #expect(try await bench.attempt()?.retryAfterMilliseconds == 5000)
        }
    }

    @Test func manyAtOnceDoNotSlipPast() async throws {
        try await AuthBench.with { bench in
            let codes = try await together(30) { _ in
                try await bench.signIn("root@bank.test", AuthBench.wrongPassword)
            }.map { $0?.code }
            #expect(codes.count { $0 == "invalid_credentials" } == 4)
            #expect(codes.count { $0 == throttled } == 26)
        }
    }

    @Test func manyAtOnceWithTheRightPasswordAllGetIn() async throws {
        try await AuthBench.with { bench in
            let faults = try await together(30) { _ in try await bench.signIn() }
            #expect(faults.allSatisfy { $0 == nil })
            #expect(try await bench.rows() == 0)
        }
    }

    @Test func restartForgivesNobody() async throws {
        try await AuthBench.withSettings { settings in
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
