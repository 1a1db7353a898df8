import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

/// Nobody learns from a failed sign-in whether there is such a user: not from the answer, and not from the time.
struct EnumerationTests {
    private static let wrong = "wrong password, quite long"

    /// The same service with hashes of another cost, so that hashing is most of the time, as it is at the standard cost.
    private func handlers(_ bench: AuthBench, _ cost: ScryptCost) -> SessionHandlers {
        let own = bench.desk.sessions
        let proof = own.proof
        return SessionHandlers(
            proof: SignInProof(
                sessions: proof.sessions, users: proof.users, hashes: proof.hashes,
                passwords: PasswordHasher(cost: cost), factors: proof.factors, passkeys: proof.passkeys,
                throttle: proof.throttle, clock: proof.clock),
            sessions: own.sessions, webSessions: own.webSessions, issuer: own.issuer,
            clock: own.clock)
    }

    private func add(_ email: String, _ cost: ScryptCost, to bench: AuthBench) async throws {
        let applicant = try Applicant(
            NewUser(email: email, name: "Kay Known", role: .banker, password: AuthBench.password))
        let account = applicant.account(hash: try PasswordHash(of: AuthBench.password, cost: cost), at: bench.now)
        #expect(try await bench.desk.users.users.create(account, by: nil, .own(at: bench.now)))
    }

    private func attempt(
        _ sessions: SessionHandlers, _ email: String, _ bench: AuthBench, from address: String = "192.0.2.7"
    ) async throws -> RPCFault? {
        var context = bench.anonymous()
        context.clientAddress = address
        return try await fault { try await sessions.login(SignIn(email: email, password: Self.wrong), context) }
    }

    @Test func bothDoTheSameWork() async throws {
        let cost = try AuthBench.cheap
        try await AuthBench.with { bench in
            let sessions = handlers(bench, cost)
            try await add("known@bank.test", cost, to: bench)
            var costs: [[String]] = []
            for email in ["known@bank.test", "nobody@bank.test"] {
                var lines: [String] = []
                for _ in 0..<8 {
                    let work = sessions.proof.passwords.workDone
                    let rows = try await bench.desk.store.write(\.totalChangesCount)
                    let fault = try #require(try await attempt(sessions, email, bench))
                    let changed = try await bench.desk.store.write(\.totalChangesCount) - rows
                    lines.append(
                        "\(sessions.proof.passwords.workDone - work) \(changed) \(fault) \(fault.retryAfterMilliseconds ?? 0)"
                    )
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
        let cost = try #require(ScryptCost(logRounds: 12, blockSize: 8, parallelism: 1))
        try await AuthBench.with { bench in
            let sessions = handlers(bench, cost)
            try await add("known@bank.test", cost, to: bench)
            let clock = ContinuousClock()
            var slower = 0
            for pair in 0..<pairs {
                // Past every wait of the accounts; the address has none yet.
                bench.pass(seconds: 3600)
                var times: [String: Duration] = [:]
                for email in ["known@bank.test", "nobody@bank.test"].shuffled() {
                    let start = clock.now
                    let refusal = try await attempt(sessions, email, bench, from: "198.51.100.\(pair)")
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
        _ = try await hasher.verify(Self.wrong, against: old)
        let work = hasher.workDone
        _ = try await hasher.verify(Self.wrong, against: nil)
        #expect(hasher.workDone - work == 2 * work)
    }
}
