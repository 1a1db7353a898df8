import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

/// Nobody learns from a failed sign-in whether there is such a user: not from the answer, and not from the time.
struct EnumerationTests {
    @Test func bothDoTheSameWork() async throws {
        try await AuthBench.with { bench in
            let hasher = bench.desk.sessions.proof.hasher
            _ = try await bench.create("known@bank.test", by: try await bench.signIn())
            var costs: [[String]] = []
            for email in ["known@bank.test", "nobody@bank.test"] {
                var lines: [String] = []
                for _ in 0..<8 {
                    let work = hasher.workDone
                    let rows = try await bench.desk.store.write(\.totalChangesCount)
                    let fault = try #require(try await bench.attempt(email))
                    let changed = try await bench.desk.store.write(\.totalChangesCount) - rows
                    lines.append(
                        "\(hasher.workDone - work) \(changed) \(fault) \(fault.retryAfterMilliseconds ?? 0)")
                    bench.pass(seconds: 3)
                }
                costs.append(lines)
            }
            #expect(costs[0] == costs[1])
            #expect(costs[0].first?.hasPrefix("4 ") == true, "one hash of N 4, r 1, p 1")
            #expect(costs[0].contains { $0.hasPrefix("0 ") }, "none while it waits")
        }
    }

    /// Pairs of sign-ins in random order: whatever else the machine does, each of the two is the slower one equally often.
    /// The bound is wide, for nothing must fail by chance: at one in two, more than 135 of 150 come once in 1e25 runs, and
    /// even were one the slower in three pairs of four, once in a million. Without the hash for unknown users it is all 150.
    @Test func neitherIsSlower() async throws {
        let pairs = 150
        // Hashing is most of the time, as it is at the standard cost.
        let cost = try #require(ScryptCost(logRounds: 12, blockSize: 8, parallelism: 1))
        try await AuthBench.with(cost: cost) { bench in
            _ = try await bench.create("known@bank.test", by: try await bench.signIn())
            let clock = ContinuousClock()
            var slower = 0
            for pair in 0..<pairs {
                // Past every wait of the accounts; the address has none yet.
                bench.pass(seconds: 3600)
                var times: [String: Duration] = [:]
                for email in ["known@bank.test", "nobody@bank.test"].shuffled() {
                    let start = clock.now
                    let refusal = try await bench.attempt(email, from: "198.51.100.\(pair)")
                    times[email] = clock.now - start
                    #expect(refusal?.code == "invalid_credentials")
                }
                let (known, unknown) = (try #require(times["known@bank.test"]), try #require(times["nobody@bank.test"]))
                if known > unknown { slower += 1 }
            }
            #expect((15...pairs - 15).contains(slower), "the known one was the slower in \(slower) of \(pairs)")
        }
    }

    /// What those who raise the cost must know: until a password is hashed anew, its account is told by its time.
    @Test func hashOfAnotherCostIsOtherWork() async throws {
        let hasher = PasswordHasher(cost: try AuthBench.cheap)
        let old = try PasswordHash(
            of: AuthBench.password, cost: try #require(ScryptCost(logRounds: 1, blockSize: 1, parallelism: 1)))
        _ = try await hasher.verify(AuthBench.wrongPassword, against: old)
        let work = hasher.workDone
        _ = try await hasher.verify(AuthBench.wrongPassword, against: nil)
        #expect(hasher.workDone - work == 2 * work)
    }
}
